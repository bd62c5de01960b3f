import type { Range } from './style'

/** What the valid pixels of one band look like. As `geo3d.raster.statistics.BandStatistics`. */
export interface BandStatistics {
  readonly band: number
  readonly n_valid: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly std: number | null
  readonly percentiles: readonly { readonly percent: number; readonly value: number }[]
  readonly histogram: {
    readonly low: number
    readonly high: number
    readonly counts: readonly number[]
  } | null
}

/** Ways to find dark and bright, as a person chooses them. */
export type StretchRule = 'full' | 'minmax' | 'percentile' | 'sigma'

const LIMITS: Readonly<Record<string, Range>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
}

/** Pure functions on statistics. */
export const BandStatistics = {
  /** Return (dark, bright) by a rule; never two equal values. */
  range(statistics: BandStatistics | null, rule: StretchRule, dtype: string): Range {
    const full: Range = LIMITS[dtype] ?? [0, 1]
    if (rule === 'full' && LIMITS[dtype]) return full
    if (!statistics || statistics.minimum === null || statistics.maximum === null) return full
    const { minimum, maximum, mean, std, percentiles } = statistics
    const at = (percent: number) => percentiles.find((p) => p.percent === percent)?.value
    if (rule === 'percentile') return apart(at(2) ?? minimum, at(98) ?? maximum)
    if (rule === 'sigma' && mean !== null && std !== null)
      return apart(Math.max(minimum, mean - 2 * std), Math.min(maximum, mean + 2 * std))
    return apart(minimum, maximum)
  },
}

/** Return the range of numbers between their 2nd and 98th percentile. */
export function rangeOf(values: readonly number[]): Range {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  if (!sorted.length) return [0, 1]
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!
  return apart(at(0.02), at(0.98))
}

function apart(dark: number, bright: number): Range {
  // one value alone is drawn in the middle, as the server does
  return dark < bright ? [dark, bright] : [dark - 0.5, dark + 0.5]
}
