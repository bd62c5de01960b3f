import { Position } from '../../math/position'
import { squareCorner } from '../../math/regular'
import type { Geometry } from '../../model/geometry'
import type { Gesture, Pointer, ToolAct, ToolContext } from '../tool'
import { aimedAt, freeLocks, startOf, typedAt } from './aim'
import { PlacingGesture } from './placing'

/** Screen pixels that a drag must span to be one; shorter, it was a click and the next click sets the other corner. */
const DRAG_PX = 4

/** A shape that a fixed number of positions decides. */
export interface CornersKind {
  /** Under which name it is kept. */
  readonly tool: string
  /** How many positions it takes. */
  readonly n: 2 | 3
  /** Shift makes the second corner that of a square. */
  readonly isSquaring?: boolean
  readonly hasCrosshair?: boolean
  /** Return the shape; null = these positions make none. */
  shape(frame: string, at: readonly Position[]): Geometry | null
  /** Return what is to be read beside the pointer. */
  label?(at: readonly Position[], shape: Geometry | null): string
  /** A key of its own was pressed while it is drawn or about to be. True: it was taken. */
  key?(keys: string): boolean
  /** What is said where the positions make no shape. */
  readonly refusal: string
}

/**
 * Draw by a few positions: boxes, rectangles, circles. The first two are the ends of a drag, or two clicks.
 *
 * Shift makes squares or keeps to steps of 45°, P takes the direction of an edge, numbers can be typed.
 */
export function corners(context: ToolContext, kind: CornersKind): Gesture {
  return new CornersGesture(context, kind)
}

class CornersGesture extends PlacingGesture<CornersKind> {
  #at: Position[] = []
  #pressed: Position | null = null
  /** The press that is going on set the first position. */
  #isFirst = false

  protected get placed(): readonly Position[] {
    return this.#at
  }

  down(pointer: Pointer): boolean {
    this.#pressed = pointer.position
    this.#isFirst = this.#at.length === 0
    if (this.#isFirst) {
      this.#at = [this.#aimed(pointer).position]
      freeLocks(this.context)
    }
    return true
  }

  move(pointer: Pointer): void {
    this.pointer = pointer
    this.#show()
  }

  drag(pointer: Pointer): void {
    this.move(pointer)
  }

  drop(pointer: Pointer): void {
    const isClick =
      this.#pressed !== null &&
      Position.distance(this.#pressed, pointer.position) <= this.context.reach(DRAG_PX)
    const isSet = this.#isFirst && isClick
    this.#pressed = null
    this.#isFirst = false
    if (this.#at.length && !isSet) this.place(this.#aimed(pointer).position)
  }

  place(position: Position): void {
    const at = [...this.#at, position]
    if (at.length < this.kind.n) this.#at = at
    else {
      const made = this.kind.shape(this.context.frame, at)
      if (!made) return this.context.tell(this.kind.refusal)
      this.context.draw(made, this.kind.tool)
      this.#at = []
    }
    freeLocks(this.context)
    this.#show()
  }

  leave(): void {
    this.pointer = null
    this.#show()
  }

  act(act: ToolAct): boolean {
    if (!this.#at.length || (act !== 'cancel' && act !== 'back')) return false
    if (act === 'cancel') this.stop()
    else this.#at = this.#at.slice(0, -1)
    this.#show()
    return true
  }

  refresh(): void {
    this.#show()
  }

  override key(keys: string): boolean {
    if (!this.kind.key?.(keys)) return super.key(keys)
    this.#show()
    return true
  }

  protected reset(): void {
    this.#at = []
    this.#pressed = null
  }

  #aimed(pointer: Pointer) {
    const { isSquaring } = this.kind
    const aimed = aimedAt(this.context, pointer, this.#at, { isStepping: !isSquaring })
    if (!isSquaring || !pointer.shift || !this.#at.length) return aimed
    const position = squareCorner(this.#at[0]!, aimed.position, this.context.metric)
    return { position, mark: null, aim: { ...aimed.aim, at: position } }
  }

  #show(): void {
    const { shape, label, hasCrosshair, n } = this.kind
    const pointer = this.pointer
    const typed = pointer ? null : typedAt(this.context, this.#at)
    if (!pointer && !typed) {
      if (!this.#at.length) return this.context.sketch(null)
      const aim = { start: startOf(this.#at), at: this.#at.at(-1)! }
      return this.context.sketch({ vertices: this.#at, aim })
    }
    const { position, mark, aim } = pointer ? this.#aimed(pointer) : typed!
    const at = [...this.#at, position]
    const crosshair = hasCrosshair ? { crosshair: position } : {}
    if (!this.#at.length) return this.context.sketch({ mark, aim, ...crosshair })
    const made = at.length === n ? shape(this.context.frame, at) : null
    const side: Geometry = { kind: 'polyline', frame: this.context.frame, path: at, width: null }
    const text = label?.(at, made) ?? this.context.measure(made ?? side)
    this.context.sketch({
      geometry: made,
      measured: made ?? side,
      guide: made ? [] : at,
      vertices: this.#at,
      mark,
      aim,
      ...crosshair,
      label: { position, text: this.edge.title + text },
    })
  }
}
