import type { Range, Stretch } from './style'

/** What the valid pixels of one band look like. As `geo3d.raster.statistics.BandStatistics`. */
export interface BandStatistics {
  readonly band: number
  readonly n_valid: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly std: number | null
  readonly percentiles: readonly { readonly percent: number; readonly value: number }[]
  readonly histogram: Histogram | null
}

/** Pixel counts in bins of equal width. */
export interface Histogram {
  /** Left edge of the first bin. */
  readonly low: number
  /** Right edge of the last bin. */
  readonly high: number
  readonly counts: readonly number[]
}

/** Shares that a stretch by percentiles may cut off at both ends. */
export const PERCENTS: readonly number[] = [0.5, 1, 2, 5]

const ALL_PERCENTS = [...PERCENTS, 25, 50, 75, ...PERCENTS.map((percent) => 100 - percent).toReversed()]
const BINS = 256

const LIMITS: Readonly<Record<string, Range>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
}

/** Pure functions on statistics. */
export const BandStatistics = {
  /** Return (dark, bright) by a rule; never two equal values. `auto` is the percentiles. */
  range(statistics: BandStatistics | null, stretch: Stretch, dtype: string): Range {
    const full: Range = LIMITS[dtype] ?? [0, 1]
    if (stretch.rule === 'full' && LIMITS[dtype]) return full
    if (!statistics || statistics.minimum === null || statistics.maximum === null) return full
    const { minimum, maximum, mean, std, percentiles } = statistics
    const at = (percent: number) => percentiles.find((p) => p.percent === percent)?.value
    if (stretch.rule === 'percentile' || stretch.rule === 'auto')
      return apart(at(stretch.percent) ?? minimum, at(100 - stretch.percent) ?? maximum)
    if (stretch.rule === 'sigma' && mean !== null && std !== null)
      return apart(
        Math.max(minimum, mean - stretch.sigmas * std),
        Math.min(maximum, mean + stretch.sigmas * std),
      )
    return apart(minimum, maximum)
  },

  /**
   * Return the statistics of values that are at hand; those that are not finite do not count.
   *
   * @param band 1-based; 0 = of an expression
   */
  of(band: number, values: Float64Array): BandStatistics {
    const sorted = values.filter(Number.isFinite).sort()
    const n = sorted.length
    if (!n)
      return {
        band,
        n_valid: 0,
        minimum: null,
        maximum: null,
        mean: null,
        std: null,
        percentiles: [],
        histogram: null,
      }
    const [minimum, maximum] = [sorted[0]!, sorted[n - 1]!]
    const mean = sorted.reduce((sum, value) => sum + value, 0) / n
    const std = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
    const percentiles = ALL_PERCENTS.map((percent) => ({
      percent,
      value: sorted[Math.round((percent / 100) * (n - 1))]!,
    }))
    const histogram = histogramOf(sorted, minimum, maximum)
    return { band, n_valid: n, minimum, maximum, mean, std, percentiles, histogram }
  },
}

function histogramOf(values: Float64Array, minimum: number, maximum: number): Histogram {
  // whole numbers are counted in bins of as many values each: else every other bin would be fuller than its neighbours
  const areWhole = values.every(Number.isInteger)
  const width = areWhole ? Math.ceil((maximum - minimum + 1) / BINS) : (maximum - minimum) / BINS || 1
  const low = areWhole ? minimum - 0.5 : minimum
  const n = Math.max(1, Math.ceil(((areWhole ? maximum + 0.5 : maximum) - low) / width))
  const counts = new Array<number>(n).fill(0)
  for (const value of values) counts[Math.min(n - 1, Math.floor((value - low) / width))]!++
  return { low, high: low + n * width, counts }
}

function apart(dark: number, bright: number): Range {
  // one value alone is drawn in the middle, as the server does
  return dark < bright ? [dark, bright] : [dark - 0.5, dark + 0.5]
}
