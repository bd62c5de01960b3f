import WebGLTileLayer, { type Style } from 'ol/layer/WebGLTile'
import DataTileSource from 'ol/source/DataTile'
import { fetched } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { tileUrl } from '../../api/tile'
import { bandsOf, parse } from '../../raster/expression'
import { type Material, materialOf, namesOf, UnsupportedOnGpu } from '../../raster/material'
import type { RasterPicture } from '../../raster/picture'
import { RawTile } from '../../raster/raw-tile'
import { bandsFor, layoutOf, textureOf } from '../../raster/texture'
import { TileCache } from '../../raster/tile-cache'
import { Plane } from './plane'
import type { RasterLayer } from './raster-stack'

const CACHE_BYTES = 192 << 20

/** Values on the GPU: another choice of bands, stretch, gamma or ramp asks the server for nothing. */
export class RawLayer implements RasterLayer {
  readonly layer: WebGLTileLayer
  readonly #bands: readonly number[]
  readonly #cache = new TileCache<Uint8Array | Float32Array>(CACHE_BYTES)
  #picture: RasterPicture
  #material: Material
  readonly #failed: (sentence: string) => void

  private constructor(
    picture: RasterPicture,
    plane: Plane,
    bands: readonly number[],
    material: Material,
    failed: (sentence: string) => void,
  ) {
    this.#failed = failed
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
      cacheSize: 256,
    })
  }

  /** Return the layer, or null where the GPU or the style language cannot draw this picture. */
  static make(picture: RasterPicture, plane: Plane, failed: (sentence: string) => void): RawLayer | null {
    if (!picture.isRaw || !canDraw()) return null
    try {
      const bands = bandsFor(picture.style, neededOf(picture), picture.info)
      const layout = layoutOf(bands, picture.info)
      return new RawLayer(
        picture,
        plane,
        bands,
        materialOf(picture.style, picture.info, picture.ranges, layout),
        failed,
      )
    } catch (error) {
      if (error instanceof UnsupportedOnGpu) return null
      throw error
    }
  }

  update(picture: RasterPicture): boolean {
    const { asset, version, place } = this.#picture
    if (!picture.isRaw || picture.asset !== asset || picture.version !== version) return false
    if (picture.place.frame.id !== place.frame.id) return false
    const bands = bandsFor(picture.style, neededOf(picture), picture.info)
    if (bands.join() !== this.#bands.join()) return false
    let material: Material
    try {
      material = materialOf(picture.style, picture.info, picture.ranges, layoutOf(bands, picture.info))
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

  close(): void {
    this.layer.dispose()
  }

  #source(plane: Plane, interpolate: boolean): DataTileSource {
    const isDense = devicePixelRatio >= 1.5
    return new DataTileSource({
      projection: plane.projection,
      tileGrid: Plane.grid(this.#picture.place),
      tileSize: isDense ? [512, 512] : [256, 256],
      bandCount: this.#bands.length + 1,
      wrapX: false,
      interpolate,
      transition: 0,
      loader: (z, x, y, { signal }) => this.#load([z, x, y], isDense, signal),
    })
  }

  #load(coord: readonly number[], isDense: boolean, signal: AbortSignal): Promise<Uint8Array | Float32Array> {
    const { asset, version, info } = this.#picture
    const isAll = this.#bands.length === info.bands.length
    const query = [isAll ? '' : `bands=${this.#bands.join(',')}`, isDense ? 'size=512' : '']
      .filter(Boolean)
      .join('&')
    const url = tileUrl(asset, version, coord, 'raw', query)
    return this.#cache.get(url, async () => {
      try {
        const response = await fetched(url, { signal })
        return textureOf(RawTile.parse(await response.arrayBuffer()))
      } catch (error) {
        if (!signal.aborted) this.#failed(sentenceOf(error))
        throw error
      }
    })
  }
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
