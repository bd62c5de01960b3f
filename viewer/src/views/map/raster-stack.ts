import type BaseLayer from 'ol/layer/Base'
import type OlMap from 'ol/Map'
import type { RasterPicture } from '../../raster/picture'
import type { Sample } from '../../raster/sample'
import type { Plane } from './plane'
import { RawLayer, type TextureCache } from './raw-layer'
import { RenderedLayer } from './rendered-layer'
import './raster-stack.css'

/** A layer that draws one raster, and takes another style without being made anew where it can. */
export interface RasterLayer {
  readonly layer: BaseLayer
  /** Take a newer picture of the same raster; false = it needs another layer. */
  update(picture: RasterPicture): boolean
  /** Return values in sight that are at hand; null where there are only pictures. */
  sample(extent: number[], resolution: number): Sample | null
  close(): void
}

/** Return the CSS class of a picture's layer: how it meets those under it, and on which side of a swipe it is seen. */
export function classOf({ blend, side }: RasterPicture): string {
  return `raster raster-${blend} raster-${side}`
}

/** The rasters of a view, in their order. */
export class RasterStack {
  readonly #map: OlMap
  readonly #plane: Plane
  readonly #cache: TextureCache
  readonly #failed: (sentence: string) => void
  readonly #shown = new Map<string, RasterLayer>()

  /** @param failed told why a tile could not be drawn */
  constructor(map: OlMap, plane: Plane, cache: TextureCache, failed: (sentence: string) => void) {
    this.#cache = cache
    this.#map = map
    this.#plane = plane
    this.#failed = failed
  }

  /** Show these rasters, the first at the bottom. */
  show(pictures: readonly RasterPicture[]): void {
    const wanted = new Set(pictures.map(({ key }) => key))
    for (const key of this.#shown.keys()) if (!wanted.has(key)) this.#drop(key)
    pictures.forEach((picture, i) => {
      const { layer } = this.#layerOf(picture)
      layer.setZIndex(i)
      layer.setOpacity(picture.opacity)
      layer.setVisible(picture.isVisible)
    })
  }

  /** Return values in sight of a shown picture; null where there are none. */
  sample(key: string, extent: number[], resolution: number): Sample | null {
    return this.#shown.get(key)?.sample(extent, resolution) ?? null
  }

  close(): void {
    for (const key of [...this.#shown.keys()]) this.#drop(key)
  }

  #layerOf(picture: RasterPicture): RasterLayer {
    const known = this.#shown.get(picture.key)
    if (known?.update(picture)) return known
    if (known) this.#drop(picture.key)
    const made =
      RawLayer.make(picture, this.#plane, this.#cache, this.#failed) ??
      new RenderedLayer(picture, this.#plane)
    this.#shown.set(picture.key, made)
    this.#map.addLayer(made.layer)
    return made
  }

  #drop(key: string): void {
    const shown = this.#shown.get(key)
    if (!shown) return
    this.#map.removeLayer(shown.layer)
    shown.close()
    this.#shown.delete(key)
  }
}
