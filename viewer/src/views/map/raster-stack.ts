import type BaseLayer from 'ol/layer/Base'
import type OlMap from 'ol/Map'
import type { RasterPicture } from '../../raster/picture'
import type { Plane } from './plane'
import { RawLayer } from './raw-layer'
import { RenderedLayer } from './rendered-layer'

/** A layer that draws one raster, and takes another style without being made anew where it can. */
export interface RasterLayer {
  readonly layer: BaseLayer
  /** Take a newer picture of the same raster; false = it needs another layer. */
  update(picture: RasterPicture): boolean
  close(): void
}

/** The rasters of a view, in their order. */
export class RasterStack {
  readonly #map: OlMap
  readonly #plane: Plane
  readonly #failed: (sentence: string) => void
  readonly #shown = new Map<string, RasterLayer>()

  /** @param failed told why a tile could not be drawn */
  constructor(map: OlMap, plane: Plane, failed: (sentence: string) => void) {
    this.#map = map
    this.#plane = plane
    this.#failed = failed
  }

  /** Show these rasters, the first at the bottom. */
  show(pictures: readonly RasterPicture[]): void {
    const wanted = new Set(pictures.map((picture) => picture.asset))
    for (const asset of this.#shown.keys()) if (!wanted.has(asset)) this.#drop(asset)
    pictures.forEach((picture, i) => {
      const { layer } = this.#layerOf(picture)
      layer.setZIndex(i)
      layer.setOpacity(picture.opacity)
      layer.setVisible(picture.isVisible)
    })
  }

  close(): void {
    for (const asset of [...this.#shown.keys()]) this.#drop(asset)
  }

  #layerOf(picture: RasterPicture): RasterLayer {
    const known = this.#shown.get(picture.asset)
    if (known?.update(picture)) return known
    if (known) this.#drop(picture.asset)
    const made = RawLayer.make(picture, this.#plane, this.#failed) ?? new RenderedLayer(picture, this.#plane)
    this.#shown.set(picture.asset, made)
    this.#map.addLayer(made.layer)
    return made
  }

  #drop(asset: string): void {
    const shown = this.#shown.get(asset)
    if (!shown) return
    this.#map.removeLayer(shown.layer)
    shown.close()
    this.#shown.delete(asset)
  }
}
