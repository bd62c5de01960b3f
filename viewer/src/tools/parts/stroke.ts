import type { Position } from '../../math/position'
import { Region } from '../../model/region'
import type { Gesture, Pointer, ToolContext } from '../tool'
import { PaintOptions } from './paint'

/** What a stroke always does. */
export interface StrokeGiven {
  readonly isErasing: boolean
}

/** Paint along the pointer, exactly on native pixels whatever the zoom. */
export function stroking(context: ToolContext, given: StrokeGiven): Gesture {
  const desk = context.painting
  let path: Position[] = []
  let isErasing = given.isErasing
  /** Where the last stroke ended: Shift goes on from there in a straight line. */
  let last: Position | null = null
  let hovered: Pointer | null = null

  const region = (places: readonly Position[]) =>
    Region.stroke(places, desk!.options.size / 2, desk!.options.tip)
  const show = (pointer: Pointer) => {
    hovered = pointer
    if (!desk) return
    const { size, tip: shape } = desk.options
    const [x, y] = centred(desk.pixelOf(pointer.position), size)
    const at = desk.placeOf([x, y])
    const start = pointer.shift && !path.length && last ? desk.placeOf(last) : null
    const tip = {
      position: at,
      corner: desk.placeOf([x + size / 2, y + size / 2]),
      shape,
      isErasing: path.length ? isErasing : isErasingBy(given, pointer),
    }
    context.sketch({ tip, ...(start ? { guide: [start, at] } : {}) })
  }
  const add = (pointer: Pointer) => {
    const to = centred(desk!.pixelOf(pointer.position), desk!.options.size)
    const before = path.at(-1)
    if (before && before[0] === to[0] && before[1] === to[1]) return
    // a wide brush far out needs no step of a pixel
    if (before && Math.hypot(before[0] - to[0], before[1] - to[1]) < desk!.options.size / 16) return
    path.push(to)
    desk!.extend(region(before ? [before, to] : [to]), isErasing)
  }
  const resize = (steps: number) => {
    if (!desk) return false
    desk.set(PaintOptions.resized(desk.options, steps))
    if (hovered) show(hovered)
    return true
  }
  const reset = () => {
    if (path.length) desk?.cancel()
    path = []
  }

  return {
    cursor: 'none',
    takesRightButton: true,
    down(pointer) {
      isErasing = isErasingBy(given, pointer)
      if (!desk) {
        context.tell('There is no raster here whose pixels could be painted.')
        return true
      }
      if (!desk.begin(isErasing)) return true
      const isStraight = pointer.shift && last !== null
      path = isStraight ? [last!] : []
      add(pointer)
      show(pointer)
      return true
    },
    drag(pointer) {
      if (path.length) add(pointer)
      show(pointer)
    },
    drop(pointer) {
      if (!path.length) return
      const done = path
      path = []
      last = done.at(-1)!
      desk!.finish(region(done), isErasing)
      show(pointer)
    },
    move: show,
    wheel(pointer, steps) {
      return pointer.shift && resize(steps)
    },
    key(keys) {
      if (keys === '[') return resize(-1)
      if (keys === ']') return resize(1)
      return false
    },
    act(act) {
      if (act !== 'cancel' || !path.length) return false
      reset()
      return true
    },
    leave() {
      hovered = null
      if (!path.length) context.sketch(null)
    },
    stop() {
      reset()
      context.sketch(null)
    },
  }
}

function isErasingBy(given: StrokeGiven, pointer: Pointer): boolean {
  return given.isErasing || pointer.alt || pointer.isRight === true
}

/** Return the centre of the brush: that of a pixel where it is an odd number of them wide, else a corner. */
function centred([x, y]: Position, size: number): Position {
  return size % 2 ? [Math.floor(x) + 0.5, Math.floor(y) + 0.5] : [Math.round(x), Math.round(y)]
}
