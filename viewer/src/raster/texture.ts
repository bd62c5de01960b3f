import type { RasterInfo } from './info'
import type { TextureLayout } from './material'
import type { RawTile } from './raw-tile'
import type { RasterStyle } from './style'

/** Bands up to which all are fetched with every tile, so that another choice of bands asks for nothing. */
const MOST_BANDS = 8

/** Return the bands (1-based, ascending) that tiles are fetched with. */
export function bandsFor(style: RasterStyle, needed: readonly number[], info: RasterInfo): readonly number[] {
  const all = info.bands.filter((band) => band.index !== info.alpha).map((band) => band.index)
  if (all.length <= MOST_BANDS) return all
  const asked = style.expression === null ? style.bands : needed
  return [...new Set(asked)].toSorted((a, b) => a - b)
}

/** Return where the bands of a tile are in its texture: in their order, the mask last. */
export function layoutOf(bands: readonly number[], info: RasterInfo): TextureLayout {
  const isBytes = bands.every((index) => info.bands[index - 1]?.dtype === 'uint8')
  return {
    bandOf: new Map(bands.map((index, i) => [index, i + 1])),
    mask: bands.length + 1,
    factor: isBytes ? 255 : 1,
  }
}

/**
 * Return a tile as the GPU takes it: all bands of a pixel together, the mask last. Bytes stay bytes; everything else
 * becomes float32, which draws as well as any type (exact numbers under the pointer come from the server).
 */
export function textureOf(tile: RawTile): Uint8Array | Float32Array {
  const { bands, values, valid } = tile
  const n = tile.width * tile.height
  const isBytes = values instanceof Uint8Array
  const out = isBytes ? new Uint8Array(n * (bands + 1)) : new Float32Array(n * (bands + 1))
  const stride = bands + 1
  for (let band = 0; band < bands; band++) {
    const from = band * n
    for (let i = 0, to = band; i < n; i++, to += stride) out[to] = Number(values[from + i])
  }
  const full = isBytes ? 255 : 1
  for (let i = 0, to = bands; i < n; i++, to += stride) out[to] = !valid || valid[i] ? full : 0
  if (valid) bleed(out, valid, tile.width, tile.height, bands)
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
): void {
  const stride = bands + 1
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
