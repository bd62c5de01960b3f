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
