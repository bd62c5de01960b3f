import { Bounds } from '../math/bounds'
import { Position } from '../math/position'
import { isMeeting } from '../shapes/meets'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

/** Screen pixels between two positions of the line. */
const STEP_PX = 3
/** Screen pixels from the first corner within which a press closes the line. */
const CLOSE_PX = 8

export const lasso: Tool = {
  id: 'lasso',
  title: 'Lasso',
  icon: 'lasso',
  key: 'shift+l',
  group: 'navigate',
  makes: null,
  hint: 'Drag around objects, or click corners and press Enter · Shift adds · Ctrl or Alt takes away · Esc cancels',
  start: lassoing,
}

function lassoing(context: ToolContext): Gesture {
  let path: Position[] = []
  let ahead: Position | null = null
  /** Positions of the line before the button went down. */
  let nBefore = 0

  const show = () => {
    const line = ahead ? [...path, ahead] : path
    context.sketch(line.length > 1 ? { guide: [...line, line[0]!] } : null)
  }
  const add = (position: Position) => {
    const last = path.at(-1)
    if (!last || Position.distance(last, position) >= context.reach(STEP_PX)) path.push(position)
  }
  const reset = () => {
    path = []
    ahead = null
    context.sketch(null)
  }
  const finish = async (held: Pick<Pointer, 'alt' | 'shift' | 'ctrl'>) => {
    const ring = path
    reset()
    const bounds = Bounds.of(ring)
    if (!bounds || ring.length < 3) return
    const found = (await context.within(bounds)).filter((id) => {
      const geometry = context.shown(id)
      return geometry !== null && isMeeting(geometry, ring)
    })
    const before = context.selection.ids.peek()
    const taken = new Set(found)
    if (held.ctrl || held.alt) context.selection.set(...before.filter((id) => !taken.has(id)))
    else if (held.shift) context.selection.set(...before, ...found)
    else context.selection.set(...found)
  }

  return {
    cursor: 'crosshair',
    down(pointer) {
      // corners that were clicked go on by clicks or by a drag
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
      // a press that went nowhere is a corner; a drag closes the line, and so does a press at its first corner
      const isDrag = path.length - nBefore > 2
      const isBack = nBefore > 2 && Position.distance(path[0]!, pointer.position) <= context.reach(CLOSE_PX)
      if (isDrag || isBack) void finish(pointer)
    },
    move(pointer) {
      if (!path.length) return
      ahead = pointer.position
      show()
    },
    act(act) {
      if (!path.length) return false
      if (act === 'finish') void finish({ alt: false, shift: false, ctrl: false })
      else if (act === 'back') path.pop()
      else if (act === 'cancel') reset()
      else return false
      if (path.length) show()
      return true
    },
    stop: reset,
  }
}
