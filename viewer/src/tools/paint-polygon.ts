import { Position } from '../math/position'
import { Region } from '../model/region'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

/** Screen pixels between two positions of a dragged line, and around the first corner that closes it. */
const STEP_PX = 3
const CLOSE_PX = 8

export const paintPolygon: Tool = {
  id: 'paint-polygon',
  title: 'Fill a polygon with pixels',
  icon: 'paint-polygon',
  key: 'y',
  group: 'paint',
  family: 'paint-region',
  makes: null,
  hint: 'Click corners or drag around · Enter, double-click or the first corner fills · Alt erases inside · Backspace drops the last · Esc cancels',
  start: filling,
}

function filling(context: ToolContext): Gesture {
  const desk = context.painting
  let path: Position[] = []
  let ahead: Position | null = null
  let nBefore = 0

  const show = () => {
    const line = ahead ? [...path, ahead] : path
    context.sketch(line.length > 1 ? { guide: [...line, line[0]!], vertices: nBefore ? path : [] } : null)
  }
  const reset = () => {
    path = []
    ahead = null
    nBefore = 0
    context.sketch(null)
  }
  const add = (position: Position) => {
    const last = path.at(-1)
    if (!last || Position.distance(last, position) >= context.reach(STEP_PX)) path.push(position)
  }
  const finish = (isErasing: boolean) => {
    const ring = path
    reset()
    if (ring.length < 3 || !desk?.begin(isErasing)) return
    const region = Region.polygon(ring.map((position) => desk.pixelOf(position)))
    desk.extend(region, isErasing)
    desk.finish(region, isErasing)
  }
  const isBack = (pointer: Pointer) =>
    nBefore > 2 && Position.distance(path[0]!, pointer.position) <= context.reach(CLOSE_PX)

  return {
    cursor: 'crosshair',
    down(pointer) {
      if (!desk) {
        context.tell('There is no raster here whose pixels could be painted.')
        return true
      }
      nBefore = path.length
      add(pointer.position)
      ahead = null
      show()
      return true
    },
    drag(pointer) {
      add(pointer.position)
      show()
    },
    drop(pointer) {
      if (path.length - nBefore > 2 || isBack(pointer)) finish(pointer.alt)
      else nBefore = path.length
    },
    move(pointer) {
      if (!path.length) return
      ahead = pointer.position
      show()
    },
    doubleClick: (pointer) => finish(pointer.alt),
    act(act) {
      if (!path.length) return false
      if (act === 'finish') finish(false)
      else if (act === 'back') path.pop()
      else if (act === 'cancel') reset()
      else return false
      if (path.length) show()
      return true
    },
    stop: reset,
  }
}
