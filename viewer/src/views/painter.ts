import { type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type { Session } from '../document/session'
import { Affine } from '../math/affine'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import { Id } from '../model/id'
import type { Layer } from '../model/paint'
import { Region } from '../model/region'
import { Scene, type ViewFrame } from '../model/scene'
import { Finder } from '../raster/finder'
import type { RasterPicture } from '../raster/picture'
import type { PaintDesk, PaintOptions, PixelGroups } from '../tools/tool'
import { Camera } from './camera'
import type { Painted } from './painted'
import { Patches } from './patches'
import type { View } from './view'

/** What a painter works with. */
export interface PainterGiven {
  readonly session: Session
  readonly view: View
  readonly pictures: ReadonlySignal<readonly RasterPicture[]>
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
  /** Questions about pixels that are not answered yet. */
  readonly nAsked = signal(0)
  readonly #given: PainterGiven
  #layer: Layer | null = null
  #finder: Finder | null = null

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

  clear(): void {
    if (this.#layer) this.#given.painted.of(this.#layer).drop()
  }

  async alike(pixel: Position, tolerance: number): Promise<Region | null> {
    const picture = this.#picture()
    if (!picture) return null
    const { isContiguous, neighbours } = this.options
    const how = { tolerance, isContiguous, neighbours }
    const asked = this.#findWith().alike(picture, this.#sight(), [pixel[0], pixel[1]], how)
    const found = await this.#counted(asked)
    if (!found?.bits.includes(1)) return null
    return Region.cells(found.bits, found.piece)
  }

  async groups(): Promise<PixelGroups | null> {
    const picture = this.#picture()
    if (!picture) return null
    const wanted = () => `${this.#sight().join()} ${this.options.patch} ${this.options.compactness}`
    const asked = wanted()
    const perPixel = this.#given.view.camera.peek().unitsPerPixel / (this.#given.place.affine?.a ?? 1)
    const how = { step: this.options.patch, compactness: this.options.compactness }
    const groups = await this.#counted(this.#findWith().groups(picture, this.#sight(), perPixel, how))
    return (
      groups &&
      new Patches(
        groups,
        (place) => this.placeOf(place),
        () => wanted() === asked,
      )
    )
  }

  /** End the worker. */
  close(): void {
    this.#finder?.close()
  }

  cancel(): void {
    if (this.#layer) this.#given.painted.of(this.#layer).drop()
    this.#layer = null
  }

  #findWith(): Finder {
    this.#finder ??= new Finder()
    return this.#finder
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    this.nAsked.value++
    try {
      return await answer
    } finally {
      this.nAsked.value--
    }
  }

  #picture(): RasterPicture | null {
    return this.#given.pictures.peek().find(({ asset }) => asset === this.#given.place.asset) ?? null
  }

  /** Return what of the raster is in sight, native pixels. */
  #sight(): Bounds {
    const [minx, miny, maxx, maxy] = Camera.bounds(this.#given.view.camera.peek())
    const corners = [this.pixelOf([minx, miny]), this.pixelOf([maxx, maxy])]
    return Bounds.of(corners)!
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
