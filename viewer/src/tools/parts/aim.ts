import { Bounds } from '../../math/bounds'
import { Metric } from '../../math/metric'
import { Position } from '../../math/position'
import { edgesOf } from '../../math/ring'
import { footOf } from '../../math/segment'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'
import type { Pointer, ToolContext } from '../tool'
import { type Aim, Angle, Locks, type Start } from './locks'
import { type Snapped, snapped } from './snap'

/** Screen pixels within which an edge lends its direction. */
const EDGE_PX = 12

/** Where the next vertex will be: what caught the pointer, and what numbers or held keys leave of it. */
export interface Aimed extends Snapped {
  readonly aim: Aim
}

/** Return where the next vertex of a path starts from. */
export function startOf(path: readonly Position[]): Start {
  return { from: path.at(-1) ?? null, before: path.at(-2) ?? null }
}

/**
 * Return where the next vertex of a path will be.
 *
 * Typed numbers come first; with none of them, Shift keeps to steps of 45° (where the tool wants that); what is caught
 * by a neighbour then gives only what is still free.
 */
export function aimedAt(
  context: ToolContext,
  pointer: Pointer,
  path: readonly Position[],
  given: { readonly own?: readonly Position[]; readonly isStepping?: boolean } = {},
): Aimed {
  const caught = snapped(context, pointer.position, given.own ? { own: given.own } : {})
  const start = startOf(path)
  const { typing, metric = Metric.FLAT } = context
  const isYDown = typing?.isYDown ?? false
  const isTyped = typing !== undefined && !Locks.isFree(typing.locks)
  const isStepped = !isTyped && Boolean(given.isStepping) && pointer.shift && start.from !== null
  const position = isTyped
    ? (Locks.aimed(typing.locks, start, caught.position, isYDown, metric) ?? caught.position)
    : isStepped
      ? Locks.stepped(start, caught.position, isYDown, metric)
      : caught.position
  const mark = Position.isSame(position, caught.position) ? caught.mark : null
  return { position, mark, aim: { start, at: position } }
}

/** Return where typed numbers alone put the next vertex of a path; null where they leave it open. */
export function typedAt({ typing, metric }: ToolContext, path: readonly Position[]): Aimed | null {
  const start = startOf(path)
  if (!typing || !Locks.isWhole(typing.locks, start)) return null
  const position = Locks.aimed(typing.locks, start, start.from ?? [0, 0], typing.isYDown, metric)
  return position && { position, mark: null, aim: { start, at: position } }
}

/** Free what was fixed: a vertex was placed, or the sketch is gone. */
export function freeLocks({ typing }: ToolContext): void {
  if (typing && !Locks.isFree(typing.locks)) typing.lock(Locks.freed(typing.locks))
}

/**
 * Fix the direction of the next segment to that of the edge under the pointer; again: across it; again: free.
 *
 * The sketch's own segments count, so that a segment can go on straight (its extension) or turn off at 90°.
 */
export class EdgeLock {
  readonly #context: ToolContext
  #angle: number | null = null
  #isAcross = false

  constructor(context: ToolContext) {
    this.#context = context
  }

  /** Say in words what is locked. */
  get title(): string {
    if (this.#angle === null || this.#context.typing?.locks.angle == null) return ''
    return this.#isAcross ? '⟂ ' : '∥ '
  }

  /** Go on to the next state; returns false where nobody can type. */
  step(at: Position | null, path: readonly Position[]): boolean {
    const { typing } = this.#context
    if (!typing) return false
    if (!path.length) return false
    const isLocked = this.#angle !== null && typing.locks.angle !== null
    if (!isLocked) {
      const edge = at && this.#edgeAt(at, path)
      if (!edge) {
        this.#context.tell('Hold the pointer over an edge and press P: the next segment goes along it.')
        return true
      }
      this.#angle = Angle.of(edge[0], edge[1], typing.isYDown, this.#context.metric)
      this.#isAcross = false
    } else if (!this.#isAcross) this.#isAcross = true
    else this.#angle = null
    const angle = this.#angle === null ? null : Angle.normal(this.#angle + (this.#isAcross ? 90 : 0))
    typing.lock({ ...typing.locks, angle, isAngleRelative: false })
    return true
  }

  #edgeAt(at: Position, path: readonly Position[]): readonly [Position, Position] | null {
    const reach = this.#context.reach(EDGE_PX)
    const chains = this.#context
      .near(Bounds.around(at, reach))
      .flatMap(({ geometry }) => shapeOf(geometry).chains(geometry))
      .filter((chain) => chain.role !== 'points')
    const edges = [
      ...[...edgesOf(path, false)],
      ...chains.flatMap((chain) => [...edgesOf(chain.path, isClosed(chain))]),
    ]
    let best: { edge: readonly [Position, Position]; distance: number } | null = null
    for (const [a, b] of edges) {
      const { distance } = footOf(at, a, b)
      if (distance <= reach && distance < (best?.distance ?? Infinity)) best = { edge: [a, b], distance }
    }
    return best?.edge ?? null
  }
}
