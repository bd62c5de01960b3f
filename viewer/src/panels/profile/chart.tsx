import { ticksOf } from '../../math/ticks'
import type { Band } from '../../raster/info'

/** One number per band; null = none. */
export interface Curve {
  readonly id: string
  readonly values: readonly (number | null)[]
  /** Lowest and highest, drawn as a ribbon. */
  readonly low?: readonly (number | null)[]
  readonly high?: readonly (number | null)[]
}

interface ChartProps {
  readonly label: string
  readonly bands: readonly Band[]
  readonly curves: readonly Curve[]
}

const [WIDTH, HEIGHT] = [272, 150]
const FRAME = { left: 40, right: 8, top: 8, bottom: 20 }

/** Curves over bands, by wavelength where all of them have one. */
export function Chart({ label, bands, curves }: ChartProps) {
  const all = curves.flatMap(({ values, low = [], high = [] }) => [...values, ...low, ...high])
  const known = all.filter((value) => value !== null)
  const [lowest, highest] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1]
  const room = (highest - lowest || Math.abs(highest) || 1) * 0.06
  const [from, to] = [lowest - room, highest + room]
  const y = (value: number) =>
    HEIGHT - FRAME.bottom - ((value - from) / (to - from)) * (HEIGHT - FRAME.top - FRAME.bottom)
  const places = placesOf(bands)
  const x = (i: number) => FRAME.left + places[i]! * (WIDTH - FRAME.left - FRAME.right)
  const ticks = known.length ? ticksOf(from, to) : []
  // names that would stand on each other are left out
  let last = Number.NEGATIVE_INFINITY
  const names = bands
    .map((band, i) => ({ i, name: band.name }))
    .toSorted((a, b) => places[a.i]! - places[b.i]!)
    .filter(({ i, name }) => {
      const half = name.length * 3 + 3
      if (x(i) - half < last) return false
      last = x(i) + half
      return true
    })
  return (
    <svg class="profile-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <path class="profile-grid" d={`M${FRAME.left} ${y(tick)}H${WIDTH - FRAME.right}`} />
          <text x={FRAME.left - 5} y={y(tick) + 3} text-anchor="end">
            {Number(tick.toPrecision(6)).toLocaleString('en')}
          </text>
        </g>
      ))}
      {names.map(({ i, name }) => (
        <text key={i} x={x(i)} y={HEIGHT - 5} text-anchor="middle">
          {name}
        </text>
      ))}
      {curves.map((curve) => (
        <g key={curve.id} data-curve={curve.id}>
          {curve.low && curve.high && (
            <path class="profile-ribbon" d={ribbon(bands, curve.low, curve.high, places, x, y)} />
          )}
          <path class="profile-line" d={line(curve.values, places, x, y)} />
          {curve.values.map(
            (value, i) => value !== null && <circle key={bands[i]!.index} cx={x(i)} cy={y(value)} r="2.2" />,
          )}
        </g>
      ))}
    </svg>
  )
}

/** Return where bands stand, from 0 to 1. */
function placesOf(bands: readonly Band[]): readonly number[] {
  const waves = bands.map(({ wavelength_nm }) => wavelength_nm)
  const known = waves.filter((wave) => wave !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  if (known.length === bands.length && high > low)
    // by their logarithm: short infrared would else leave a corner to all colours
    return known.map((wave) => Math.log(wave / low) / Math.log(high / low))
  return bands.map((_, i) => (bands.length === 1 ? 0.5 : i / (bands.length - 1)))
}

type Scale = (value: number) => number

function ordered(places: readonly number[]): readonly number[] {
  return places.map((_, i) => i).toSorted((a, b) => places[a]! - places[b]!)
}

function line(values: readonly (number | null)[], places: readonly number[], x: Scale, y: Scale): string {
  const there = ordered(places).filter((i) => values[i] != null)
  return there.map((i, k) => `${k ? 'L' : 'M'}${x(i)} ${y(values[i]!)}`).join('')
}

function ribbon(
  bands: readonly Band[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  places: readonly number[],
  x: Scale,
  y: Scale,
): string {
  const there = ordered(places).filter((i) => bands[i] && low[i] != null && high[i] != null)
  const path = [
    ...there.map((i) => `${x(i)} ${y(high[i]!)}`),
    ...there.toReversed().map((i) => `${x(i)} ${y(low[i]!)}`),
  ]
  return path.length ? `M${path.join('L')}Z` : ''
}
