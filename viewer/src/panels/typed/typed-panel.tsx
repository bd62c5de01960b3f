import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Ground } from '../../math/ground'
import { Metric } from '../../math/metric'
import { type LockName, Locks } from '../../tools/parts/locks'
import type { Stage } from '../../views/stage'
import { Icon } from '../kit/icon'
import type { PanelProps } from '../panel'
import type { TypedInput } from './typed-input'
import { unitOf } from './unit'
import './typed-panel.css'

const FIELDS: readonly { readonly name: LockName; readonly sign: string; readonly title: string }[] = [
  { name: 'distance', sign: 'd', title: 'Distance from the vertex before' },
  { name: 'angle', sign: 'a', title: 'Angle in degrees, anticlockwise' },
  { name: 'x', sign: 'x', title: 'x' },
  { name: 'y', sign: 'y', title: 'y' },
]

/** Numbers of the next vertex, over the map: typed ones are fixed, the pointer gives the others. */
export function TypedPanel({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const { typed } = bench
  if (!typed.isOpen.value) return null
  const { isAngleRelative, isPlaceRelative } = typed.locks.value
  const { ground } = stage.scale
  const metres = typed.metric === Metric.FLAT || !ground.value ? null : Ground.metresPerUnit(ground.value)
  const measures = stage.hand.made.value && stage.scale.inWords(stage.hand.made.value)
  return (
    // its keys are not the map's behind it, and Esc leads back there
    <section class="typed-panel" aria-label="Typed input" onKeyDown={(event) => pressed(event, typed)}>
      <header>
        <Icon name="keyboard" size={14} />
        <h2>Next vertex</h2>
        <button
          type="button"
          class="typed-close"
          aria-label="Close"
          title="Close (Ctrl+4)"
          onClick={() => typed.close()}
        >
          <Icon name="close" size={12} />
        </button>
      </header>
      {FIELDS.map(({ name, sign, title }) => (
        <NumberField
          key={name}
          typed={typed}
          name={name}
          sign={isPlaceRelative && (name === 'x' || name === 'y') ? `Δ${sign}` : sign}
          title={title}
          unit={name === 'angle' ? '°' : metres !== null && name === 'distance' ? 'm' : unitOf(stage)}
          unitsPerPixel={stage.view.camera.value.unitsPerPixel * ((name === 'distance' && metres) || 1)}
        />
      ))}
      <div class="typed-relative">
        <Relative
          title="Angle from the segment before"
          isOn={isAngleRelative}
          onChange={(isOn) => typed.setRelative('angle', isOn)}
        >
          Δ angle
        </Relative>
        <Relative
          title="x and y from the vertex before"
          isOn={isPlaceRelative}
          onChange={(isOn) => typed.setRelative('place', isOn)}
        >
          Δ x, y
        </Relative>
      </div>
      {measures && (
        <dl class="typed-measures">
          {measures.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </>
          ))}
        </dl>
      )}
      <p class="typed-hint">Enter places · Enter with nothing typed finishes · Esc to the map</p>
    </section>
  )
}

interface RelativeProps {
  readonly title: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly children: string
}

function Relative({ title, isOn, onChange, children }: RelativeProps) {
  return (
    <button type="button" aria-pressed={isOn} title={title} onClick={() => onChange(!isOn)}>
      {children}
    </button>
  )
}

interface NumberFieldProps {
  readonly typed: TypedInput
  readonly name: LockName
  readonly sign: string
  readonly title: string
  readonly unit: string
  readonly unitsPerPixel: number
}

function NumberField({ typed, name, sign, title, unit, unitsPerPixel }: NumberFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  const text = useSignal<string | null>(null)
  const locked = typed.locks.value[name]
  const read = Locks.read(typed.locks.value, typed.aim, typed.isYDown, typed.metric)[name]
  const digits = name === 'angle' ? 2 : Math.max(1, Math.min(9, Math.ceil(1 - Math.log10(unitsPerPixel))))
  useLayoutEffect(
    () =>
      typed.onWanted((wanted) => {
        if (wanted.name !== name || !input.current) return
        typed.wanted.value = null
        input.current.focus()
        if (!wanted.text) return
        text.value = wanted.text
        typed.lock(name, numberOf(wanted.text))
      }),
    [typed, name],
  )
  // a vertex was placed or the sketch is gone: what was typed is used up
  useEffect(() => {
    if (locked === null && document.activeElement !== input.current) text.value = null
    if (locked === null && text.value !== null && numberOf(text.value) !== null) text.value = null
  }, [locked])
  const shown = locked !== null ? String(locked) : read === null ? '' : read.toFixed(digits)
  return (
    <div class="typed-field" data-locked={locked !== null || undefined}>
      <label>
        <span title={title}>{sign}</span>
        <input
          ref={input}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-label={title}
          value={text.value ?? (document.activeElement === input.current && locked === null ? '' : shown)}
          placeholder={shown}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value
            typed.lock(name, numberOf(currentTarget.value))
          }}
          onFocus={({ currentTarget }) => currentTarget.select()}
          onBlur={() => {
            text.value = null
          }}
        />
        <span>{unit}</span>
      </label>
      <button
        type="button"
        tabIndex={-1} // Tab goes from number to number; typing one locks it, emptying its field frees it
        aria-pressed={locked !== null}
        aria-label={`Lock: ${title}`}
        title={locked === null ? 'Keep this value' : 'Free this value'}
        disabled={locked === null && read === null}
        onClick={() => typed.lock(name, locked === null ? read : null)}
      >
        <Icon name={locked === null ? 'unlock' : 'lock'} size={12} />
      </button>
    </div>
  )
}

/** Keys in the panel are not the map's: Enter in a field places, Esc leads back to the map. */
function pressed(event: KeyboardEvent, typed: TypedInput): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  event.stopPropagation()
  const isField = event.target instanceof HTMLInputElement
  if (event.key === 'Enter' && isField) typed.enter()
  else if (event.key === 'Escape') {
    typed.free()
    typed.leave()
  } else return
  event.preventDefault()
}

/** Return the number that a text says, with a comma or a point; null = none. */
function numberOf(text: string): number | null {
  const value = Number(text.trim().replace(',', '.').replace('−', '-'))
  return text.trim() === '' || !Number.isFinite(value) ? null : value
}
