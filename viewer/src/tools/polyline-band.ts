import { Position } from '../math/position'
import { edgesOf } from '../math/ring'
import { footOf } from '../math/segment'
import type { Polyline } from '../model/geometry'
import { trail } from './parts/trail'
import type { Gesture, Pointer, Tool, ToolAct, ToolContext } from './tool'

export const polylineBand: Tool = {
  id: 'polyline-band',
  title: 'Band: polyline with a width',
  icon: 'band',
  key: 'l',
  group: 'draw',
  family: 'polyline',
  makes: 'polyline',
  sets: 'width',
  hint: 'Click along the middle, Enter or double-click ends it · then move away from it and click: that is how wide it is · a typed width is taken at once · Esc cancels',
  start: (context) => new BandGesture(context),
}

/** Draws the middle of a band, then asks the pointer for its edge; where a width is set, that is taken. */
class BandGesture implements Gesture {
  readonly cursor = 'crosshair'
  readonly #context: ToolContext
  readonly #trail: Gesture
  /** The middle, once it is drawn; its edge is looked for. */
  #middle: readonly Position[] | null = null
  #pointer: Pointer | null = null

  constructor(context: ToolContext) {
    this.#context = context
    this.#trail = trail(context, {
      least: 2,
      isClosed: false,
      shape: (frame, path) => (path.length ? this.#bandOf(frame, path, this.#width) : null),
      finish: (path) => {
        const width = this.#width
        if (width !== null) context.draw(this.#bandOf(context.frame, [...path], width), polylineBand.id)
        else this.#middle = [...path]
        return true
      },
    })
  }

  down(pointer: Pointer): boolean {
    return this.#middle ? true : (this.#trail.down?.(pointer) ?? false)
  }

  move(pointer: Pointer): void {
    this.#pointer = pointer
    if (this.#middle) this.#show()
    else this.#trail.move?.(pointer)
  }

  drag(pointer: Pointer): void {
    if (this.#middle) this.move(pointer)
    else this.#trail.drag?.(pointer)
  }

  drop(pointer: Pointer): void {
    if (!this.#middle) return this.#trail.drop?.(pointer)
    this.#pointer = pointer
    this.#finish()
  }

  click(pointer: Pointer): void {
    this.#trail.click?.(pointer)
  }

  doubleClick(pointer: Pointer): void {
    if (this.#middle) return
    this.#trail.doubleClick?.(pointer)
    if (this.#middle) this.move(pointer)
  }

  place(position: Position): void {
    if (!this.#middle) this.#trail.place?.(position)
  }

  key(keys: string): boolean {
    return !this.#middle && (this.#trail.key?.(keys) ?? false)
  }

  leave(): void {
    this.#pointer = null
    if (!this.#middle) this.#trail.leave?.()
  }

  act(act: ToolAct): boolean {
    if (!this.#middle) {
      const isTaken = this.#trail.act?.(act) ?? false
      if (this.#middle) this.#show()
      return isTaken
    }
    if (act === 'finish') this.#finish()
    else if (act === 'cancel' || act === 'back') this.#reset()
    return act !== 'delete'
  }

  refresh(): void {
    if (!this.#middle) this.#trail.refresh?.()
    else if (this.#width !== null) this.#finish()
    else this.#show()
  }

  stop(): void {
    this.#reset()
    this.#trail.stop()
  }

  get #width(): number | null {
    return this.#context.settings?.width ?? null
  }

  #bandOf(frame: string, path: readonly Position[], width: number | null): Polyline {
    return { kind: 'polyline', frame, path, width }
  }

  /** Return the width that was typed, else twice how far the pointer is from the middle; 0 = nobody has said. */
  #found(): number {
    if (this.#width !== null) return this.#width
    const at = this.#pointer?.position
    const edges = [...edgesOf(this.#middle ?? [], false)]
    return at ? 2 * Math.min(...edges.map(([a, b]) => footOf(at, a, b).distance)) : 0
  }

  #finish(): void {
    const width = this.#found()
    if (width <= this.#context.reach(1))
      return this.#context.tell('Move away from the line and click: that is how wide the band is.')
    this.#context.draw(this.#bandOf(this.#context.frame, this.#middle!, width), polylineBand.id)
    this.#reset()
  }

  #show(): void {
    const [middle, width] = [this.#middle!, this.#found()]
    const band = this.#bandOf(this.#context.frame, middle, width || null)
    const at = this.#pointer?.position ?? middle.at(-1)!
    const across: Polyline = this.#bandOf(band.frame, [at, Position.moved(at, width, 0)], null)
    const text = `width ${this.#context.measure(across)}`
    this.#context.sketch({ geometry: band, vertices: middle, label: { position: at, text } })
  }

  #reset(): void {
    this.#middle = null
    this.#context.sketch(null)
  }
}
