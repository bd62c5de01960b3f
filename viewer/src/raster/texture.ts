import type { RasterInfo } from './info'
import type { RawTile } from './raw-tile'
import type { RasterStyle } from './style'

/** Bands up to which all are fetched with every tile, so that another choice of bands asks for nothing: Sentinel-2's. */
const MOST_BANDS = 13

/** What the values of a tile are in the GPU's textures. */
export interface TextureLayout {
  /** Texture band (1-based) of each raster band. */
  readonly bandOf: ReadonlyMap<number, number>
  /** Texture band that is above 0 where there is data. */
  readonly mask: number
  /** Texture bands of a pixel's size on the ground in metres, to the right and downwards; null = tiles have no margin. */
  readonly ground: readonly [number, number] | null
  /** Numbers per pixel. */
  readonly stride: number
  /** What a texture value is multiplied by: 255 for bytes, which the GPU scales to 0..1. */
  readonly factor: number
}

/** Return the bands (1-based, ascending) that tiles are fetched with. */
export function bandsFor(style: RasterStyle, needed: readonly number[], info: RasterInfo): readonly number[] {
  const all = info.bands.filter((band) => band.index !== info.alpha).map((band) => band.index)
  if (all.length <= MOST_BANDS) return all
  const asked = style.expression === null ? style.bands : needed
  return [...new Set(asked)].toSorted((a, b) => a - b)
}

/**
 * Return how many pixels tiles are fetched with beyond their edges: one where heights may be shaded, so that shading
 * them asks for nothing.
 */
export function marginFor(info: RasterInfo): number {
  const bands = info.bands.filter((band) => band.index !== info.alpha)
  const isHeight = bands.some((band) => band.color === 'elevation')
  return isHeight || (bands.length === 1 && bands[0]!.dtype !== 'uint8' && !info.palette) ? 1 : 0
}

/** Return where the bands of a tile are in its texture: in their order, the mask behind them. */
export function layoutOf(bands: readonly number[], info: RasterInfo): TextureLayout {
  const hasMargin = marginFor(info) > 0
  const isBytes = !hasMargin && bands.every((index) => info.bands[index - 1]?.dtype === 'uint8')
  const mask = bands.length + 1
  return {
    bandOf: new Map(bands.map((index, i) => [index, i + 1])),
    mask,
    ground: hasMargin ? [mask + 1, mask + 2] : null,
    stride: hasMargin ? mask + 2 : mask,
    factor: isBytes ? 255 : 1,
  }
}

/**
 * Return a tile as the GPU takes it: all bands of a pixel together, the mask behind them. Bytes stay bytes; everything
 * else becomes float32, which draws as well as any type (exact numbers under the pointer come from the server).
 *
 * @param ground size of a pixel in metres where the layout has room for it
 */
export function textureOf(
  tile: RawTile,
  { stride, mask, ground: at, factor }: TextureLayout,
  ground: readonly [number, number] = [1, 1],
): Uint8Array | Float32Array {
  const { bands, values, valid } = tile
  const n = tile.width * tile.height
  const isBytes = factor === 255
  const out = isBytes ? new Uint8Array(n * stride) : new Float32Array(n * stride)
  for (let band = 0; band < bands; band++) {
    const from = band * n
    for (let i = 0, to = band; i < n; i++, to += stride) out[to] = Number(values[from + i])
  }
  const full = isBytes ? 255 : 1
  for (let i = 0, to = mask - 1; i < n; i++, to += stride) out[to] = !valid || valid[i] ? full : 0
  if (valid) bleed(out, valid, tile.width, tile.height, bands, stride)
  if (at)
    for (let i = 0, to = 0; i < n; i++, to += stride) {
      out[to + at[0] - 1] = ground[0]
      out[to + at[1] - 1] = ground[1]
    }
  return out
}

/**
 * Give pixels without data the values of a neighbour that has some: where the GPU smooths, the rim of the data must not
 * be mixed with -9999.
 */
function bleed(
  out: Uint8Array | Float32Array,
  valid: Uint8Array,
  width: number,
  height: number,
  bands: number,
  stride: number,
): void {
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (valid[i]) continue
      const from =
        x > 0 && valid[i - 1]
          ? i - 1
          : x < width - 1 && valid[i + 1]
            ? i + 1
            : y > 0 && valid[i - width]
              ? i - width
              : y < height - 1 && valid[i + width]
                ? i + width
                : -1
      for (let b = 0; b < bands; b++) out[i * stride + b] = from < 0 ? 0 : out[from * stride + b]!
    }
}
