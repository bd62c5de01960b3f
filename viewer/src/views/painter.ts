import type { ReadonlySignal, Signal } from '@preact/signals-core'
import type { Session } from '../document/session'
import { Affine } from '../math/affine'
import type { Position } from '../math/position'
import { Id } from '../model/id'
import type { Layer } from '../model/paint'
import type { Region } from '../model/region'
import { Scene, type ViewFrame } from '../model/scene'
import type { PaintDesk, PaintOptions } from '../tools/tool'
import type { Painted } from './painted'

/** What a painter works with. */
export interface PainterGiven {
  readonly session: Session
  readonly place: ViewFrame
  readonly paint: Signal<PaintOptions>
  /** The layer that is painted on; null = none of this raster yet. */
  readonly target: ReadonlySignal<Layer | null>
  readonly painted: Painted
  /** Bring a layer into sight and paint on it from now on. */
  aimAt(layer: Layer): void
  tell(sentence: string): void
}

/** Paints pixels of the active raster for the tools of one view. */
export class Painter implements PaintDesk {
  readonly #given: PainterGiven
  #layer: Layer | null = null

  constructor(given: PainterGiven) {
    this.#given = given
  }

  get options() {
    return this.#given.paint.peek()
  }

  set(options: PaintOptions): void {
    this.#given.paint.value = options
  }

  pixelOf(position: Position): Position {
    const { affine } = this.#given.place
    return affine ? Affine.applyInverse(affine, position) : position
  }

  placeOf(pixel: Position): Position {
    const { affine } = this.#given.place
    return affine ? Affine.apply(affine, pixel) : pixel
  }

  begin(isErasing: boolean): boolean {
    const { session, tell } = this.#given
    const label = session.chosen.peek()
    if (!label && !isErasing) {
      tell('There is no class yet: add one on the right, then paint.')
      return false
    }
    if (!isErasing && session.guard.lockedClasses.peek().has(label!.slug)) {
      tell(`${label!.title} is locked: unlock the class to paint it.`)
      return false
    }
    if (!isErasing && session.guard.hiddenClasses.peek().has(label!.slug)) {
      tell(`${label!.title} is hidden: show the class to paint it.`)
      return false
    }
    const target = this.#given.target.peek()
    if (!target && isErasing) {
      tell('Nothing is painted on this raster yet.')
      return false
    }
    this.#layer = target ?? this.#newLayer()
    this.#given.aimAt(this.#layer)
    return true
  }

  extend(region: Region, isErasing: boolean): void {
    if (!this.#layer) return
    const { session, painted } = this.#given
    painted.of(this.#layer).extend(session.editor.paintOf(this.#layer, region, this.#how(isErasing)))
  }

  finish(region: Region, isErasing: boolean): void {
    if (!this.#layer) return
    const { session, painted } = this.#given
    const tiles = painted.of(this.#layer)
    tiles.seal()
    session.editor.paint(this.#layer, region, this.#how(isErasing))
    this.#layer = null
  }

  cancel(): void {
    if (this.#layer) this.#given.painted.of(this.#layer).drop()
    this.#layer = null
  }

  #how(isErasing: boolean) {
    return { isErasing, isOnlyUnlabelled: this.options.isOnlyUnlabelled }
  }

  #newLayer(): Layer {
    const { session, place } = this.#given
    return newLayer(session, place.asset, '')
  }
}

/** Return a new layer of a raster's pixels that nobody has stored yet. */
export function newLayer(session: Session, asset: Id, title: string): Layer {
  const place = Scene.viewFrame(session.scene.peek(), asset)!
  return {
    kind: 'layer',
    id: Id.make(),
    scene: session.id,
    title,
    asset,
    frame: place.pixel.id,
    dtype: 'uint16',
    role: 'class',
    size: place.pixel.size,
    revision: 0,
  }
}
