import './slider.css'

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly onChange: (value: number) => void
  /** How the number reads; plain without it. */
  readonly format?: (value: number) => string
}

/** One number between two. */
export function Slider({ label, value, min, max, step, onChange, format = String }: SliderProps) {
  const part = (100 * (value - min)) / (max - min || 1)
  const track = `linear-gradient(to right, var(--accent-deep) ${part}%, var(--bg-3) ${part}%)`
  return (
    <label class="kit-slider" style={{ '--track': track }}>
      <span class="kit-slider-head">
        {label}
        <output class="mono">{format(value)}</output>
      </span>
      <input
        type="range"
        {...{ min, max, step, value }}
        aria-label={label} // the label is that of the output, which stands first
        aria-valuetext={format(value)}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  )
}

interface RangeSliderProps {
  readonly label: string
  readonly low: number
  readonly high: number
  readonly min: number
  readonly max: number
  /** A thousandth of the range without it. */
  readonly step?: number
  /** Counts from `min` to `max`, drawn behind the handles. */
  readonly histogram?: readonly number[]
  readonly onChange: (low: number, high: number) => void
}

/** Two numbers, the low and the high end of a stretch: two handles over a histogram, and two fields for exact values. */
export function RangeSlider(props: RangeSliderProps) {
  const { label, low, high, min, max, histogram, onChange } = props
  const span = max - min || 1
  const step = props.step ?? span / 1000
  const part = (value: number) => `${Math.max(0, Math.min(100, (100 * (value - min)) / span))}%`
  const setLow = (value: number) => onChange(Math.min(value, high), high)
  const setHigh = (value: number) => onChange(low, Math.max(value, low))
  const end = (name: string, value: number, set: (value: number) => void) => (
    <input
      type="range"
      {...{ min, max, step, value }}
      aria-label={`${label}: ${name}`}
      onInput={(event) => set(event.currentTarget.valueAsNumber)}
    />
  )
  // numbers beyond the handles' range are allowed: a stretch may begin below the smallest value
  const field = (name: string, value: number, set: (value: number) => void) => (
    <input
      class="kit-input"
      type="number"
      step="any"
      value={value}
      aria-label={`${label}: ${name} value`}
      onChange={(event) => {
        if (Number.isFinite(event.currentTarget.valueAsNumber)) set(event.currentTarget.valueAsNumber)
      }}
    />
  )
  return (
    <fieldset class="kit-slider">
      <legend class="kit-legend">{label}</legend>
      <div
        class="kit-range"
        data-histogram={histogram ? '' : undefined}
        style={{ '--from': part(low), '--to': part(high) }}
      >
        {histogram && <Histogram counts={histogram} />}
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

function Histogram({ counts }: { readonly counts: readonly number[] }) {
  // square roots: one full bin (the black border of a mosaic) must not flatten all others
  const heights = counts.map(Math.sqrt)
  const top = Math.max(...heights, 1e-9)
  const steps = heights.map((h, i) => `L${i} ${1 - h / top}L${i + 1} ${1 - h / top}`).join('')
  return (
    <svg viewBox={`0 0 ${counts.length} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 1${steps}L${counts.length} 1Z`} />
    </svg>
  )
}
