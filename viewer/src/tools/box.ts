import { Position } from '../math/position'
import { Box } from '../model/geometry'
import { snapped } from './parts/snap'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

/** Screen pixels that a drag must span to be one; shorter, it was a click and the next click sets the other corner. */
const DRAG_PX = 4

export const box: Tool = {
  id: 'box',
  title: 'Box',
  icon: 'box',
  key: 'b',
  group: 'draw',
  makes: 'box',
  hint: 'Drag, or click two opposite corners · Shift makes a square · Esc cancels',
  start: (context) => boxGesture(context),
}

function boxGesture(context: ToolContext): Gesture {
  let first: Position | null = null
  let isHeld = false

  const corner = (pointer: Pointer) => {
    const at = snapped(context, pointer.position)
    if (!first || !pointer.shift) return at
    const [dx, dy] = [at.position[0] - first[0], at.position[1] - first[1]]
    const side = Math.max(Math.abs(dx), Math.abs(dy))
    return {
      position: [first[0] + Math.sign(dx) * side, first[1] + Math.sign(dy) * side] as Position,
      mark: null,
    }
  }
  const show = (pointer: Pointer) => {
    const { position, mark } = corner(pointer)
    if (!first) return context.sketch({ mark, crosshair: position })
    const geometry = Box.between(context.frame, first, position)
    context.sketch({
      geometry,
      mark,
      crosshair: position,
      label: { position, text: context.measure(geometry) },
    })
  }
  const reset = () => {
    first = null
    context.sketch(null)
  }
  const finish = (pointer: Pointer) => {
    const made = Box.between(context.frame, first!, corner(pointer).position)
    if (Math.min(...made.size) === 0)
      return context.tell('A box needs a width and a height: drag across the object.')
    context.draw(made, 'box')
    reset()
  }

  return {
    cursor: 'crosshair',
    down(pointer) {
      isHeld = first === null
      if (isHeld) first = corner(pointer).position
      return true
    },
    move: show,
    drag: show,
    drop(pointer) {
      const isClick = isHeld && Position.distance(first!, pointer.position) <= context.reach(DRAG_PX)
      if (!isClick) finish(pointer)
      isHeld = false
    },
    leave: () => {
      if (!first) context.sketch(null)
    },
    act(act) {
      if (act !== 'cancel' || !first) return false
      reset()
      return true
    },
    stop: reset,
  }
}
