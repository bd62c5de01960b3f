import { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import type { Gesture, Pointer, ToolContext } from '../tool'
import { type Snapped, snapped } from './snap'

/** Screen pixels within which two clicks are one (the second click of a double click), and the first vertex is hit. */
const SAME_PX = 5

/** What becomes of a trail of clicks. */
export interface TrailKind {
  /** Vertices that it needs at least. */
  readonly least: number
  readonly isClosed: boolean
  /** Return the shape so far, for the sketch and the measure; null while there is too little of it. */
  shape(frame: string, path: readonly Position[]): Geometry | null
  /** The trail is complete. False = it cannot be taken: go on drawing. */
  finish(path: readonly Position[]): boolean
}

/**
 * Draw by clicks: polygon, polyline, hole.
 *
 * A click adds a vertex; a double click, Enter or (for closed ones) a click on the first vertex finishes; Backspace
 * drops the newest vertex; Esc drops them all.
 */
export function trail(context: ToolContext, kind: TrailKind): Gesture {
  let path: Position[] = []
  let at: Snapped | null = null

  const isSame = (a: Position, b: Position) => Position.distance(a, b) <= context.reach(SAME_PX)

  const show = () => {
    if (!path.length && !at?.mark) return context.sketch(null)
    const ahead = at ? [...path, at.position] : path
    const shape = kind.shape(context.frame, ahead)
    const guide =
      path.length && at
        ? [path.at(-1)!, at.position, ...(kind.isClosed && path.length > 1 ? [path[0]!] : [])]
        : []
    context.sketch({
      geometry: kind.shape(context.frame, path),
      guide,
      vertices: path,
      mark: at?.mark ?? null,
      ...(shape && at ? { label: { position: at.position, text: context.measure(shape) } } : {}),
    })
  }

  const look = (pointer: Pointer) => {
    // only a closed trail that could close now offers its first vertex
    const own = kind.isClosed && path.length >= kind.least ? path.slice(0, 1) : []
    at = snapped(context, pointer.position, { own })
  }

  const reset = () => {
    path = []
    context.sketch(null)
  }

  const finish = (): boolean => {
    if (!path.length) return false
    if (path.length < kind.least) {
      context.tell(`${kind.least} points are needed; this has ${path.length}. Esc starts anew.`)
      return true
    }
    if (kind.finish(path)) reset()
    return true
  }

  return {
    cursor: 'crosshair',
    move(pointer) {
      look(pointer)
      show()
    },
    click(pointer) {
      look(pointer)
      const { position } = at!
      const isClosing = kind.isClosed && path.length >= kind.least && isSame(position, path[0]!)
      if (isClosing) return void finish()
      if (path.length && isSame(position, path.at(-1)!)) return
      path.push(position)
      show()
    },
    doubleClick: () => void finish(),
    leave() {
      at = null
      show()
    },
    act(act) {
      if (act === 'finish') return finish()
      if (!path.length) return false
      if (act === 'cancel') reset()
      if (act === 'back') path.pop()
      show()
      return act !== 'delete'
    },
    refresh: show,
    stop: reset,
  }
}
