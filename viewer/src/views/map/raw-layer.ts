import WebGLTileLayer, { type Style } from 'ol/layer/WebGLTile'
import DataTileSource from 'ol/source/DataTile'
import { fetched } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { tileUrl } from '../../api/tile'
import { bandsOf, parse } from '../../raster/expression'
import { type Material, materialOf, namesOf, UnsupportedOnGpu } from '../../raster/material'
import type { RasterPicture } from '../../raster/picture'
import { RawTile } from '../../raster/raw-tile'
import { ENOUGH, Picker, type Sample } from '../../raster/sample'
import { bandsFor, layoutOf, marginFor, type TextureLayout, textureOf } from '../../raster/texture'
import type { TileCache } from '../../raster/tile-cache'
import { Plane } from './plane'
import { classOf, type RasterLayer } from './raster-stack'

/** Decoded tiles, shared by all views of a scene: another look at a raster asks for nothing. */
export type TextureCache = TileCache<Uint8Array | Float32Array>

/** What the textures of a layer may fill on the GPU, in numbers: 256 tiles of four bands. */
const TEXTURE_NUMBERS = 1 << 26
const SIDE = 256

/** Values on the GPU: another choice of bands, stretch, gamma or ramp asks the server for nothing. */
export class RawLayer implements RasterLayer {
  readonly layer: WebGLTileLayer
  readonly #bands: readonly number[]
  readonly #layout: TextureLayout
  readonly #margin: number
  readonly #cache: TextureCache
  #picture: RasterPicture
  #material: Material
  readonly #failed: (sentence: string) => void

  private constructor(
    picture: RasterPicture,
    plane: Plane,
    bands: readonly number[],
    material: Material,
    cache: TextureCache,
    failed: (sentence: string) => void,
  ) {
    this.#failed = failed
    this.#cache = cache
    this.#layout = layoutOf(bands, picture.info)
    this.#margin = marginFor(picture.info)
    this.#picture = picture
    this.#bands = bands
    this.#material = material
    // a picture that is made smaller is smoothed; from its own size on, every pixel is seen as it is
    const [smooth, sharp] = [this.#source(plane, true), this.#source(plane, false)]
    const unit = picture.place.affine?.a ?? 1
    this.layer = new WebGLTileLayer({
      source: smooth,
      sources: (_extent, resolution) => [resolution > unit * 1.001 ? smooth : sharp],
      style: styleOf(material),
      cacheSize: Math.max(48, Math.round(TEXTURE_NUMBERS / SIDE ** 2 / this.#layout.stride)),
      className: classOf(picture),
    })
  }

  /** Return the layer, or null where the GPU or the style language cannot draw this picture. */
  static make(
    picture: RasterPicture,
    plane: Plane,
    cache: TextureCache,
    failed: (sentence: string) => void,
  ): RawLayer | null {
    if (!picture.isRaw || !canDraw()) return null
    try {
      const bands = bandsFor(picture.style, neededOf(picture), picture.info)
      const layout = layoutOf(bands, picture.info)
      const material = materialOf(picture.style, picture.info, picture.ranges, layout)
      return new RawLayer(picture, plane, bands, material, cache, failed)
    } catch (error) {
      if (error instanceof UnsupportedOnGpu) return null
      throw error
    }
  }

  update(picture: RasterPicture): boolean {
    const { asset, version, place } = this.#picture
    if (!picture.isRaw || picture.asset !== asset || picture.version !== version) return false
    if (classOf(picture) !== classOf(this.#picture)) return false
    if (picture.place.frame.id !== place.frame.id) return false
    const bands = bandsFor(picture.style, neededOf(picture), picture.info)
    if (bands.join() !== this.#bands.join()) return false
    let material: Material
    try {
      material = materialOf(picture.style, picture.info, picture.ranges, this.#layout)
    } catch (error) {
      if (error instanceof UnsupportedOnGpu) return false
      throw error
    }
    if (material.key !== this.#material.key) this.layer.setStyle(styleOf(material))
    else if (differs(material.variables, this.#material.variables))
      this.layer.updateStyleVariables({ ...material.variables })
    this.#picture = picture
    this.#material = material
    return true
  }

  sample(extent: number[], resolution: number): Sample {
    const grid = Plane.grid(this.#picture.place)
    const z = grid.getZForResolution(resolution)
    const side = sideOf()
    const width = side + 2 * this.#margin
    const [sizeX, sizeY] = grid.getTileSize(z) as [number, number]
    const unit = grid.getResolution(z)
    const [unitX, unitY] = [(unit * sizeX) / side, (unit * sizeY) / side]
    const area = ((extent[2]! - extent[0]!) / unitX) * ((extent[3]! - extent[1]!) / unitY)
    const step = Math.max(1, Math.round(Math.sqrt(area / ENOUGH)))
    const picker = new Picker(this.#layout)
    grid.forEachTileCoord(extent, z, (coord) => {
      const texture = this.#cache.peek(this.#url(coord))
      if (!texture) return
      const [left, , , top] = grid.getTileCoordExtent(coord) as [number, number, number, number]
      const within = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value))) + this.#margin
      const part = [
        within((extent[0]! - left) / unitX),
        within((top - extent[3]!) / unitY),
        within((extent[2]! - left) / unitX),
        within((top - extent[1]!) / unitY),
      ] as const
      picker.add(texture, width, part, step)
    })
    return picker.done()
  }

  close(): void {
    this.layer.dispose()
  }

  #source(plane: Plane, interpolate: boolean): DataTileSource {
    const side = sideOf()
    return new DataTileSource({
      projection: plane.projection,
      tileGrid: Plane.grid(this.#picture.place),
      tileSize: [side, side],
      gutter: this.#margin,
      bandCount: this.#layout.stride,
      wrapX: false,
      interpolate,
      transition: 0,
      loader: (z, x, y, { signal }) => this.#load([z, x, y], signal),
    })
  }

  #url(coord: readonly number[]): string {
    const { asset, version, info } = this.#picture
    const isAll = this.#bands.length === info.bands.length
    const query = [
      isAll ? '' : `bands=${this.#bands.join(',')}`,
      this.#margin ? `margin=${this.#margin}` : '',
      sideOf() === SIDE ? '' : `size=${sideOf()}`,
    ]
    return tileUrl(asset, version, coord, 'raw', query.filter(Boolean).join('&'))
  }

  async #load(coord: readonly number[], signal: AbortSignal): Promise<Uint8Array | Float32Array> {
    const url = this.#url(coord)
    const load = async () => {
      const response = await fetched(url, { signal })
      const ground = response.headers.get('Geo3d-Ground-Pixel')?.split(',').map(Number)
      const tile = RawTile.parse(await response.arrayBuffer())
      return textureOf(tile, this.#layout, ground as [number, number] | undefined)
    }
    try {
      try {
        return await this.#cache.get(url, load)
      } catch (error) {
        // whoever asked first has given up; this layer has not
        if (signal.aborted || !(error instanceof DOMException)) throw error
        return await this.#cache.get(url, load)
      }
    } catch (error) {
      if (!signal.aborted) this.#failed(sentenceOf(error))
      throw error
    }
  }
}

/** Return how many pixels a tile has on a side. */
function sideOf(): number {
  return devicePixelRatio >= 1.5 ? 2 * SIDE : SIDE
}

function styleOf(material: Material): Style {
  return { color: material.color as Style['color'] & {}, variables: { ...material.variables } }
}

function neededOf({ style, info }: RasterPicture): readonly number[] {
  return style.expression === null ? style.bands : bandsOf(parse(style.expression, namesOf(info)))
}

function differs(a: { readonly [name: string]: number }, b: { readonly [name: string]: number }): boolean {
  return Object.keys(a).some((name) => a[name] !== b[name])
}

let answer: boolean | null = null

/** Say whether this browser draws float textures with WebGL; asked once, since each answer costs a context. */
function canDraw(): boolean {
  answer ??= (() => {
    // the kind of context that OpenLayers takes
    const context = document.createElement('canvas').getContext('webgl')
    const hasFloats = context?.getExtension('OES_texture_float') != null
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return hasFloats
  })()
  return answer
}
