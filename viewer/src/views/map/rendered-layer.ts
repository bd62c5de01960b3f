import TileLayer from 'ol/layer/Tile'
import TileImage from 'ol/source/TileImage'
import { tileUrl } from '../../api/tile'
import type { RasterPicture } from '../../raster/picture'
import { RasterStyle } from '../../raster/style'
import { Plane } from './plane'
import { classOf, type RasterLayer } from './raster-stack'

/** Pictures that the server draws: for palettes, for browsers without WebGL, for what the GPU has no word for. */
export class RenderedLayer implements RasterLayer {
  readonly layer: TileLayer<TileImage>
  #picture: RasterPicture
  readonly #source: TileImage

  constructor(picture: RasterPicture, plane: Plane) {
    this.#picture = picture
    const isSharp = devicePixelRatio >= 1.5
    this.#source = new TileImage({
      projection: plane.projection,
      tileGrid: Plane.grid(picture.place),
      tilePixelRatio: isSharp ? 2 : 1,
      tileUrlFunction: this.#url,
      wrapX: false,
      interpolate: false,
      transition: 0,
    })
    this.#source.setTileUrlFunction(this.#url, this.#key())
    this.layer = new TileLayer({ source: this.#source, className: classOf(picture) })
  }

  update(picture: RasterPicture): boolean {
    if (picture.isRaw && !this.#picture.isRaw) return false
    if (picture.place.frame.id !== this.#picture.place.frame.id) return false
    if (classOf(picture) !== classOf(this.#picture)) return false
    const before = this.#key()
    this.#picture = picture
    if (this.#key() !== before) this.#source.setTileUrlFunction(this.#url, this.#key())
    return true
  }

  sample(): null {
    return null // pictures are no values
  }

  close(): void {
    this.layer.dispose()
  }

  #key(): string {
    return `${this.#picture.version} ${RasterStyle.query(this.#picture.style)}`
  }

  readonly #url = (coord: number[] | null): string | undefined => {
    if (!coord) return undefined
    const { asset, version, style } = this.#picture
    const query = [RasterStyle.query(style), devicePixelRatio >= 1.5 ? 'size=512' : '']
      .filter(Boolean)
      .join('&')
    return tileUrl(asset, version, coord, 'webp', query)
  }
}
