import type { Position } from '../math/position'
import type { Region } from '../model/region'
import type { Gesture, Tool, ToolContext } from './tool'

/** Screen pixels of a drag that are one per cent of tolerance. */
const PX_PER_PERCENT = 6

export const wand: Tool = {
  id: 'wand',
  title: 'Magic wand',
  icon: 'wand',
  key: 'shift+w',
  group: 'paint',
  family: 'paint-region',
  makes: null,
  hint: 'Press on a pixel: what looks like it is painted · drag right or left for more or less tolerance · Alt or the right button erases · Esc cancels',
  start: waving,
}

function waving(context: ToolContext): Gesture {
  const desk = context.painting
  let seed: Position | null = null
  let from: Position | null = null
  let isErasing = false
  let tolerance = 0
  /** What is shown; null = nothing is found yet. */
  let found: Region | null = null
  let isAsking = false
  let isReleased = false
  let asked = -1

  const reset = () => {
    if (seed) desk?.cancel()
    seed = null
    found = null
    context.sketch(null)
  }
  const done = () => {
    if (!seed || !found) return reset()
    desk!.finish(found, isErasing)
    seed = null
    found = null
    context.sketch(null)
  }
  /** Look again until what is shown is what was asked for last. */
  const look = async () => {
    if (isAsking) return
    isAsking = true
    const own = seed
    try {
      while (seed && seed === own && asked !== tolerance) {
        asked = tolerance
        const region = await desk!.alike(seed, tolerance)
        if (seed !== own || !region) continue
        desk!.clear()
        desk!.extend(region, isErasing)
        found = region
      }
    } catch {
      context.tell('The pixels could not be read: is the connection there?')
      reset()
    }
    isAsking = false
    if (seed && seed !== own) void look()
    else if (isReleased && seed) done()
  }

  return {
    cursor: 'crosshair',
    takesRightButton: true,
    down(pointer) {
      if (!desk) {
        context.tell('There is no raster here whose pixels could be painted.')
        return true
      }
      isErasing = pointer.alt || pointer.isRight === true
      if (seed || !desk.begin(isErasing)) return true
      seed = desk.pixelOf(pointer.position)
      from = pointer.position
      tolerance = desk.options.tolerance
      asked = -1
      isReleased = false
      void look()
      return true
    },
    drag(pointer) {
      if (!seed || !from || !desk) return
      const moved = (pointer.position[0] - from[0]) / context.reach(PX_PER_PERCENT)
      const next = Math.min(100, Math.max(0, Math.round(desk.options.tolerance + moved)))
      context.sketch({ label: { position: pointer.position, text: `tolerance ${next} %` } })
      if (next === tolerance) return
      tolerance = next
      void look()
    },
    drop() {
      if (!seed || !desk) return
      if (tolerance !== desk.options.tolerance) desk.set({ ...desk.options, tolerance })
      isReleased = true
      if (!isAsking) done()
    },
    act(act) {
      if (act !== 'cancel' || !seed) return false
      reset()
      return true
    },
    stop: reset,
  }
}
