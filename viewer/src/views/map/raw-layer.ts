import WebGLTileLayer, { type Style } from 'ol/layer/WebGLTile'
import DataTileSource from 'ol/source/DataTile'
import { fetched } from '../../api/client'
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
  readonly #source: DataTileSource
  readonly #bands: readonly number[]
  readonly #cache = new TileCache<Uint8Array | Float32Array>(CACHE_BYTES)
  #picture: RasterPicture
  #material: Material

  private constructor(picture: RasterPicture, plane: Plane, bands: readonly number[], material: Material) {
    this.#picture = picture
    this.#bands = bands
    this.#material = material
    const isSharp = devicePixelRatio >= 1.5
    this.#source = new DataTileSource({
      projection: plane.projection,
      tileGrid: Plane.grid(picture.place),
      tileSize: isSharp ? 512 : 256,
      bandCount: bands.length + 1,
      wrapX: false,
      interpolate: false,
      transition: 0,
      loader: (z, x, y, { signal }) => this.#load([z, x, y], isSharp, signal),
    })
    // the first band choice that differs from another must not recompile the shader: bands are variables
    this.layer = new WebGLTileLayer({ source: this.#source, style: styleOf(material), cacheSize: 256 })
  }

  /** Return the layer, or null where the GPU or the style language cannot draw this picture. */
  static make(picture: RasterPicture, plane: Plane): RawLayer | null {
    if (!picture.isRaw || !canDraw()) return null
    try {
      const bands = bandsFor(picture.style, neededOf(picture), picture.info)
      const layout = layoutOf(bands, picture.info)
      return new RawLayer(
        picture,
        plane,
        bands,
        materialOf(picture.style, picture.info, picture.ranges, layout),
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

  #load(coord: readonly number[], isSharp: boolean, signal: AbortSignal): Promise<Uint8Array | Float32Array> {
    const { asset, version, info } = this.#picture
    const isAll = this.#bands.length === info.bands.length
    const query = [isAll ? '' : `bands=${this.#bands.join(',')}`, isSharp ? 'size=512' : '']
      .filter(Boolean)
      .join('&')
    const url = tileUrl(asset, version, coord, 'raw', query)
    return this.#cache.get(url, async () => {
      const response = await fetched(url, { signal })
      return textureOf(RawTile.parse(await response.arrayBuffer()))
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
    const context = document.createElement('canvas').getContext('webgl2')
    if (!context) return false
    context.getExtension('WEBGL_lose_context')?.loseContext()
    return true
  })()
  return answer
}
