import { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import type { Gesture, Label, Pointer, ToolAct, ToolContext } from '../tool'
import { type Aimed, aimedAt, freeLocks, startOf, typedAt } from './aim'
import { PlacingGesture } from './placing'

/** Screen pixels within which two clicks are one. */
const SAME_PX = 5
/** Screen pixels that a segment must span to carry its length. */
const LABEL_PX = 90

/** What is measured: a way, or an area by its border. */
export interface MeasuringKind {
  readonly isClosed: boolean
}

/**
 * Measure by clicks. A double click or Enter ends it, and it stays in sight until Esc, the next click, or another tool.
 */
export function measuring(context: ToolContext, kind: MeasuringKind): Gesture {
  return new Measuring(context, kind)
}

class Measuring extends PlacingGesture<MeasuringKind> {
  #path: Position[] = []
  #isDone = false
  #at: Aimed | null = null

  protected get placed(): readonly Position[] {
    return this.#path
  }

  protected reset(): void {
    this.#path = []
    this.#isDone = false
  }

  move(pointer: Pointer): void {
    this.pointer = pointer
    this.refresh()
  }

  click(pointer: Pointer): void {
    this.pointer = pointer
    if (this.#isDone) this.reset()
    this.place(this.#aim()!.position)
  }

  doubleClick(): void {
    this.#finish()
  }

  place(position: Position): void {
    const last = this.#path.at(-1)
    if (last && Position.distance(last, position) <= this.context.reach(SAME_PX)) return
    this.#path.push(position)
    freeLocks(this.context)
    this.refresh()
  }

  leave(): void {
    this.pointer = null
    this.refresh()
  }

  act(act: ToolAct): boolean {
    if (!this.#path.length) return false
    if (act === 'finish') this.#finish()
    else if (act === 'cancel') this.reset()
    else if (act === 'back') {
      this.#isDone = false
      this.#path.pop()
    } else return false
    this.refresh()
    return true
  }

  refresh(): void {
    this.#at = this.#isDone ? null : this.#aim()
    const ahead = this.#at && this.#path.length ? [...this.#path, this.#at.position] : this.#path
    if (!ahead.length && !this.#at) return this.context.sketch(null)
    const measured = this.#shape(ahead)
    this.context.sketch({
      isRuler: true,
      geometry: this.#shape(this.#path),
      measured,
      guide: this.#at ? ahead.slice(-2) : [],
      vertices: this.#path,
      mark: this.#at?.mark ?? null,
      aim: this.#at?.aim ?? { start: startOf(this.#path), at: ahead.at(-1) ?? [0, 0] },
      labels: this.#legs(ahead),
      ...(measured ? { label: { position: ahead.at(-1)!, text: this.context.measure(measured) } } : {}),
    })
  }

  #aim(): Aimed | null {
    return this.pointer
      ? aimedAt(this.context, this.pointer, this.#path, { isStepping: true })
      : typedAt(this.context, this.#path)
  }

  #finish(): void {
    if (this.#path.length < 2) return
    this.#isDone = true
    this.refresh()
  }

  #shape(path: readonly Position[]): Geometry | null {
    const { frame } = this.context
    if (path.length < 2) return null
    return this.kind.isClosed && path.length > 2
      ? { kind: 'polygon', frame, exterior: [...path], holes: [] }
      : { kind: 'polyline', frame, path: [...path], width: null }
  }

  /** Return the length of each segment that has room for it, beside its middle; a single one is the whole. */
  #legs(path: readonly Position[]): readonly Label[] {
    const ends = this.kind.isClosed && path.length > 2 ? [...path, path[0]!] : path
    if (ends.length < 3) return []
    return ends.slice(1).flatMap((to, i) => {
      const from = ends[i]!
      if (Position.distance(from, to) < this.context.reach(LABEL_PX)) return []
      const leg = this.context.measure({
        kind: 'polyline',
        frame: this.context.frame,
        path: [from, to],
        width: null,
      })
      return [{ position: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as Position, text: leg }]
    })
  }
}
