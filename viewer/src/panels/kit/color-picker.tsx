import { useRef, useState } from 'preact/hooks'
import { Popover } from './popover'
import './color-picker.css'

/** Sixteen colours that stay apart from each other over a photograph. */
export const PRESETS: readonly string[] = [
  '#e6483d',
  '#f5872b',
  '#f2c230',
  '#a8c93a',
  '#3faf4b',
  '#1fa88c',
  '#2bb8d6',
  '#3b82e0',
  '#5b5fd9',
  '#9557dd',
  '#d94fc4',
  '#e86a92',
  '#a5683f',
  '#c8a878',
  '#8593a8',
  '#f2f2f2',
]

interface ColorPickerProps {
  /** What the colour is of, for screen readers. */
  readonly label: string
  /** `#rrggbb` */
  readonly value: string
  readonly onChange: (value: string) => void
  readonly disabled?: boolean | undefined
}

/** A swatch that opens the presets, a field for any colour as hex, and the system's own picker. */
export function ColorPicker({ label, value, onChange, disabled }: ColorPickerProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button
        ref={button}
        type="button"
        class="kit-swatch"
        style={{ '--swatch': value }}
        aria-label={`${label}: ${value}`}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        disabled={disabled}
        onClick={(event) => {
          event.stopPropagation()
          setOpen(!isOpen)
        }}
      />
      {isOpen && (
        <Popover anchor={button.current!} label={label} onClose={() => setOpen(false)}>
          <Colors
            label={label}
            value={value}
            onChange={onChange}
            onPick={(color) => {
              onChange(color)
              setOpen(false)
            }}
          />
        </Popover>
      )}
    </>
  )
}

interface ColorsProps extends ColorPickerProps {
  readonly onPick: (value: string) => void
}

function Colors({ label, value, onChange, onPick }: ColorsProps) {
  const [text, setText] = useState(value)
  const hex = hexOf(text)
  return (
    <div class="kit-colors">
      <div class="kit-colors-presets">
        {PRESETS.map((color) => (
          <button
            key={color}
            type="button"
            class="kit-swatch"
            style={{ '--swatch': color }}
            aria-label={color}
            aria-pressed={color === value}
            onClick={() => onPick(color)}
          />
        ))}
      </div>
      <div class="kit-colors-own">
        <input
          type="color"
          aria-label={`${label}: any colour`}
          value={value}
          onChange={(event) => {
            setText(event.currentTarget.value)
            onChange(event.currentTarget.value)
          }}
        />
        <input
          class="kit-input mono"
          aria-label={`${label}: hex`}
          value={text}
          maxLength={7}
          spellcheck={false}
          aria-invalid={hex === null}
          onInput={(event) => {
            setText(event.currentTarget.value)
            const typed = hexOf(event.currentTarget.value)
            if (typed) onChange(typed)
          }}
          onKeyDown={(event) => event.key === 'Enter' && hex && onPick(hex)}
        />
      </div>
    </div>
  )
}

/** Return what was typed as `#rrggbb`; `#rgb` and a missing `#` will do. Null = no colour. */
export function hexOf(text: string): string | null {
  const digits = text.trim().replace(/^#/, '').toLowerCase()
  if (/^[0-9a-f]{3}$/.test(digits)) return `#${[...digits].map((d) => d + d).join('')}`
  return /^[0-9a-f]{6}$/.test(digits) ? `#${digits}` : null
}
