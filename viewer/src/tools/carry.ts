import type { Position } from '../math/position'
import type { Geometry } from '../model/geometry'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

/** What is carried and what becomes of it. */
export interface Load {
  /** In the view frame. */
  readonly geometries: readonly Geometry[]
  /** The place of theirs that follows the pointer. */
  readonly anchor: Position
  /** Where it stands before the pointer has moved. */
  readonly start: Position
  onPlaced(shift: readonly [dx: number, dy: number]): void
  onCancelled(): void
}

/** Return a tool that carries shapes with the pointer until a click puts them down: what was copied is pasted so. */
export function carry(load: Load): Tool {
  return {
    id: 'carry',
    title: 'Paste',
    icon: 'copy',
    key: '',
    group: 'navigate',
    makes: null,
    hint: 'Click or Enter puts the copies down · Esc drops them',
    start: (context) => carrying(context, load),
  }
}

function carrying(context: ToolContext, load: Load): Gesture {
  const { geometries, anchor } = load
  const n = geometries.length
  let at = load.start
  const shift = () => [at[0] - anchor[0], at[1] - anchor[1]] as const
  const show = () =>
    context.sketch({
      ghost: { geometries, shift: shift() },
      label: { position: at, text: n === 1 ? 'One copy' : `${n.toLocaleString('en')} copies` },
    })
  const follow = (pointer: Pointer) => {
    at = pointer.position
    show()
  }
  show()
  return {
    cursor: 'copy',
    move: follow,
    click(pointer) {
      at = pointer.position
      load.onPlaced(shift())
    },
    act(act) {
      if (act === 'finish') load.onPlaced(shift())
      else if (act === 'cancel') load.onCancelled()
      else return false
      return true
    },
    refresh: show,
    stop: () => context.sketch(null),
  }
}
