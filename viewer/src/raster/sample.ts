import { evaluate } from './evaluate'
import { type Expression, parse } from './expression'
import type { RasterInfo } from './info'
import { namesOf } from './material'
import { BandStatistics } from './statistics'
import type { RasterStyle } from './style'
import type { TextureLayout } from './texture'

/** Values of some pixels, as the GPU holds them: all numbers of a pixel together. */
export interface Sample {
  readonly layout: TextureLayout
  /** Pixel after pixel, `layout.stride` numbers each; only pixels with data. */
  readonly values: Float64Array
}

/** Pixels that are enough to stretch a picture by. */
export const ENOUGH = 1 << 14

/** Collects every so manieth pixel of tiles. */
export class Picker {
  readonly #layout: TextureLayout
  readonly #out: number[] = []

  constructor(layout: TextureLayout) {
    this.#layout = layout
  }

  /**
   * Take pixels of a part of a tile.
   *
   * @param texture as `textureOf` gives it
   * @param width pixels of its rows
   * @param part first column, first row, last column, last row; both ends included
   * @param step 1 = every pixel
   */
  add(
    texture: Uint8Array | Float32Array,
    width: number,
    part: readonly [number, number, number, number],
    step: number,
  ): void {
    const { stride, mask } = this.#layout
    for (let row = part[1]; row <= part[3]; row += step)
      for (let col = part[0]; col <= part[2]; col += step) {
        const at = (row * width + col) * stride
        if (!(texture[at + mask - 1]! > 0)) continue
        for (let b = 0; b < stride; b++) this.#out.push(texture[at + b]!)
      }
  }

  /** Return what was taken. */
  done(): Sample {
    return { layout: this.#layout, values: Float64Array.from(this.#out) }
  }
}

/** Pure functions on samples. */
export const Sample = {
  /** Return the statistics of each channel that a style shows; empty where the sample lacks one of its bands. */
  statistics(sample: Sample, style: RasterStyle, info: RasterInfo): readonly BandStatistics[] {
    if (style.expression === null)
      return style.bands.every((band) => sample.layout.bandOf.has(band))
        ? style.bands.map((band) => BandStatistics.of(band, valuesOf(sample, { kind: 'band', index: band })))
        : []
    return [BandStatistics.of(0, valuesOf(sample, parse(style.expression, namesOf(info))))]
  },
}

function valuesOf({ layout, values }: Sample, expression: Expression): Float64Array {
  const { stride, bandOf } = layout
  const out = new Float64Array(values.length / stride)
  let at = 0
  const bandValue = (band: number) => values[at + (bandOf.get(band) ?? 1) - 1]!
  for (let i = 0; i < out.length; i++, at += stride) out[i] = evaluate(expression, bandValue)
  return out
}
