import { effect, signal } from '@preact/signals'
import { TOOLS } from '../../tools'
import type { Stage } from '../../views/stage'
import type { View } from '../../views/view'
import type { Workbench } from '../workbench'

/** Show what is compared in a second element, which looks where the first view does; returns what ends it. */
export function attachBeside(bench: Workbench, element: HTMLElement): () => void {
  const ends: (() => void)[] = []
  const tool = signal(TOOLS.find(({ id }) => id === 'pan')!)
  let isOver = false
  const open = async (first: Stage) => {
    const second = await bench.openStage(element, first.place, tool, bench.picturesBeside)
    if (isOver || bench.stage.peek() !== first) return second.close()
    bench.beside.value = second
    ends.push(linked(first.view, second.view), () => {
      bench.beside.value = null
      second.close()
    })
  }
  const end = effect(() => {
    const first = bench.stage.value
    for (const close of ends.splice(0)) close()
    if (first) void open(first)
  })
  return () => {
    isOver = true
    end()
    for (const close of ends) close()
  }
}

/** Let two views look at the same place, whichever of them is moved; returns what ends it. */
function linked(first: View, second: View): () => void {
  const follow = (from: View, to: View) =>
    effect(() => {
      const { center, unitsPerPixel } = from.camera.value
      const now = to.camera.peek()
      const isThere = now.unitsPerPixel === unitsPerPixel && now.center.join() === center.join()
      if (!isThere) to.look({ center, unitsPerPixel })
    })
  const ends = [follow(first, second), follow(second, first)]
  return () => {
    for (const end of ends) end()
  }
}
