import './splitter.css'

interface SplitterProps {
  readonly label: string
  /** `x`: it moves sideways, between a left and a right panel. */
  readonly axis: 'x' | 'y'
  /** Size of the panel before it, px. */
  readonly value: number
  readonly min: number
  readonly max: number
  /** The size is that of the panel after it. */
  readonly isReversed?: boolean
  readonly onChange: (value: number) => void
}

const KEY_STEP = 16

/** A border between two panels that can be dragged, or moved with the arrow keys. */
export function Splitter({ label, axis, value, min, max, isReversed = false, onChange }: SplitterProps) {
  const sign = isReversed ? -1 : 1
  const set = (to: number) => onChange(Math.max(min, Math.min(max, Math.round(to))))
  const keys: { readonly [key: string]: number } =
    axis === 'x'
      ? { ArrowLeft: value - sign * KEY_STEP, ArrowRight: value + sign * KEY_STEP, Home: min, End: max }
      : { ArrowUp: value - sign * KEY_STEP, ArrowDown: value + sign * KEY_STEP, Home: min, End: max }
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved; this is the window-splitter pattern of ARIA
    <div
      class="kit-splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onKeyDown={(event) => {
        const to = keys[event.key]
        if (to === undefined) return
        event.preventDefault()
        set(to)
      }}
      onPointerDown={(event) => {
        event.preventDefault()
        const handle = event.currentTarget
        const at = (e: PointerEvent) => (axis === 'x' ? e.clientX : e.clientY)
        const [start, before] = [at(event), value]
        const move = (e: PointerEvent) => set(before + sign * (at(e) - start))
        handle.setPointerCapture(event.pointerId)
        handle.addEventListener('pointermove', move)
        const end = () => handle.removeEventListener('pointermove', move)
        handle.addEventListener('lostpointercapture', end, { once: true })
      }}
    />
  )
}
