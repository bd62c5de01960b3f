import { useRef, useState } from 'preact/hooks'
import './slider.css'

interface RangeSliderProps {
  readonly label: string
  readonly low: number
  readonly high: number
  readonly min: number
  readonly max: number
  /** A thousandth of what the handles reach without it. */
  readonly step?: number
  /** Counts in bins of equal width from `min` to `max`, drawn behind the handles. */
  readonly histogram?: readonly number[]
  /** Which channel it is about: the colour of its histogram. */
  readonly tone?: 'red' | 'green' | 'blue'
  readonly onChange: (low: number, high: number) => void
}

/** Share of all values that may lie beyond the handles' reach at each end, until all values are asked for. */
const OUTLIERS = 0.001
/** Of the reach, added at both ends. */
const ROOM = 0.12

/**
 * Two numbers, the low and the high end of a stretch: handles over a histogram that are dragged or moved by keys, and two
 * fields for exact values. A drag of what lies between them moves both. Few values far out do not make the rest narrow.
 */
export function RangeSlider(props: RangeSliderProps) {
  const { label, low, high, min, max, histogram, onChange } = props
  const [isWide, setWide] = useState(false)
  const reach =
    histogram && !isWide ? reachOf(histogram, min, max, low, high, props.step) : ([min, max] as const)
  const held = useRef<readonly [number, number] | null>(null)
  const [from, to] = held.current ?? reach
  const span = to - from || 1
  const step = props.step ?? span / 1000
  const part = (value: number) => `${Math.max(0, Math.min(100, (100 * (value - from)) / span))}%`
  const setLow = (value: number) => onChange(Math.min(value, high), high)
  const setHigh = (value: number) => onChange(low, Math.max(value, low))
  // while one drags, the ground does not move
  const hold = () => {
    held.current = [from, to]
  }
  const letGo = () => {
    held.current = null
  }
  const end = (name: string, value: number, set: (value: number) => void) => (
    <input
      type="range"
      {...{ min: from, max: to, step, value }}
      aria-label={`${label}: ${name}`}
      onPointerDown={hold}
      onPointerUp={letGo}
      onInput={(event) => set(event.currentTarget.valueAsNumber)}
    />
  )
  // numbers beyond the handles' reach are allowed: a stretch may begin below the smallest value
  const field = (name: string, value: number, set: (value: number) => void) => (
    <input
      class="kit-input"
      type="number"
      step="any"
      value={readable(value)}
      aria-label={`${label}: ${name} value`}
      onChange={(event) => {
        if (Number.isFinite(event.currentTarget.valueAsNumber)) set(event.currentTarget.valueAsNumber)
      }}
    />
  )
  const hasOutliers = histogram !== undefined && (isWide || reach[0] > min || reach[1] < max)
  return (
    <fieldset class="kit-slider" data-tone={props.tone}>
      <legend class="kit-legend kit-range-legend">
        {label}
        {hasOutliers && (
          <button type="button" aria-pressed={isWide} onClick={() => setWide(!isWide)}>
            all values
          </button>
        )}
      </legend>
      <div
        class="kit-range"
        data-histogram={histogram ? '' : undefined}
        style={{ '--from': part(low), '--to': part(high) }}
      >
        {histogram && (
          <Chart
            {...{ histogram, min, max, from, to, low, high, step, onChange }}
            onHold={hold}
            onLetGo={letGo}
          />
        )}
        {end('low end', low, setLow)}
        {end('high end', high, setHigh)}
      </div>
      <div class="kit-range-numbers">
        {field('low', low, setLow)}
        {field('high', high, setHigh)}
      </div>
    </fieldset>
  )
}

interface ChartProps {
  readonly histogram: readonly number[]
  readonly min: number
  readonly max: number
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  readonly step: number
  readonly onChange: (low: number, high: number) => void
  readonly onHold: () => void
  readonly onLetGo: () => void
}

/** The histogram: what is pressed near a limit drags it, what is pressed between both drags both. */
function Chart(props: ChartProps) {
  const { histogram, min, max, from, to, low, high, step, onChange, onHold, onLetGo } = props
  const drag = useRef<{ x: number; low: number; high: number; what: 'low' | 'high' | 'both' } | null>(null)
  const down = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    if (event.button !== 0) return
    const box = event.currentTarget.getBoundingClientRect()
    const value = from + ((event.clientX - box.left) / box.width) * (to - from)
    const near = (to - from) * 0.05
    const [toLow, toHigh] = [Math.abs(value - low), Math.abs(value - high)]
    const isBetween = value > low && value < high && Math.min(toLow, toHigh) > near
    drag.current = { x: event.clientX, low, high, what: isBetween ? 'both' : toLow < toHigh ? 'low' : 'high' }
    event.currentTarget.setPointerCapture(event.pointerId)
    onHold()
    move(event)
  }
  const move = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    const start = drag.current
    if (!start) return
    const box = event.currentTarget.getBoundingClientRect()
    const rounded = (value: number) => Math.round(value / step) * step
    if (start.what === 'both') {
      const by = rounded(((event.clientX - start.x) / box.width) * (to - from))
      if (start.low + by !== low) onChange(start.low + by, start.high + by)
      return
    }
    const value = rounded(from + ((event.clientX - box.left) / box.width) * (to - from))
    if (start.what === 'low') onChange(Math.min(value, high), high)
    else onChange(low, Math.max(value, low))
  }
  const up = () => {
    drag.current = null
    onLetGo()
  }
  const bin = (max - min) / histogram.length || 1
  const [first, last] = [(from - min) / bin, (to - min) / bin]
  // square roots: one full bin (the black border of a mosaic) must not flatten all others
  const heights = histogram.map(Math.sqrt)
  const top = Math.max(...heights, 1e-9)
  const steps = heights.map((h, i) => `L${i} ${1 - h / top}L${i + 1} ${1 - h / top}`).join('')
  return (
    <svg
      viewBox={`${first} 0 ${last - first || 1} 1`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    >
      <path d={`M0 1${steps}L${histogram.length} 1Z`} />
    </svg>
  )
}

/** Return between which values the handles move: where nearly all values lie, and both ends. */
function reachOf(
  counts: readonly number[],
  min: number,
  max: number,
  low: number,
  high: number,
  step: number | undefined,
): readonly [number, number] {
  const total = counts.reduce((sum, n) => sum + n, 0)
  const bin = (max - min) / counts.length
  const edge = (bins: readonly number[]) => {
    let sum = 0
    return bins.findIndex((n) => {
      sum += n
      return sum > total * OUTLIERS
    })
  }
  const from = Math.min(low, min + edge(counts) * bin)
  const to = Math.max(high, max - edge(counts.toReversed()) * bin)
  const room = (to - from) * ROOM
  const grid = step ?? (to - from) / 1000
  const whole = (value: number) => Math.round(value / grid) * grid // the handles move in steps from here
  return [whole(Math.max(Math.min(min, low), from - room)), whole(Math.min(Math.max(max, high), to + room))]
}

/** Return a number with as many digits as a person reads. */
function readable(value: number): number {
  return Number(value.toPrecision(6))
}
