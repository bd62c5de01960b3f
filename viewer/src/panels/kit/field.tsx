import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { Icon } from './icon'
import './field.css'

/** What joins an input to its label, hint and error; spread it on the input. */
export interface FieldIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
}

export interface FieldText {
  readonly label: string
  /** What to enter, and what it does. */
  readonly hint?: ComponentChildren
  /** Why the value does not do. */
  readonly error?: string | null | undefined
}

/** A label, an input, and below it its hint and what is wrong. */
export function Field(props: FieldText & { readonly children: (ids: FieldIds) => ComponentChildren }) {
  const { label, hint, error } = props
  const id = useId()
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`]
  const described = [hint && hintId, error && errorId].filter(Boolean).join(' ') || undefined
  return (
    <div class="kit-field">
      <label for={id} title={label}>
        {label}
      </label>
      {props.children({ id, 'aria-describedby': described, 'aria-invalid': Boolean(error) })}
      <Notes hint={hint} error={error} hintId={hintId} errorId={errorId} />
    </div>
  )
}

interface NotesProps {
  readonly hint: ComponentChildren
  readonly error: string | null | undefined
  readonly hintId: string
  readonly errorId: string
}

function Notes({ hint, error, hintId, errorId }: NotesProps) {
  return (
    <>
      {error && (
        <p class="kit-error" id={errorId}>
          <Icon name="error" size={12} />
          {error}
        </p>
      )}
      {hint && (
        <p class="kit-hint" id={hintId}>
          {hint}
        </p>
      )}
    </>
  )
}

interface TextFieldProps extends FieldText {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string | undefined
  readonly maxLength?: number | undefined
  readonly isFirst?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** A list of words to choose from; others may be typed. */
  readonly words?: readonly string[] | undefined
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { value, onChange, placeholder, maxLength, isFirst, disabled, words } = props
  const list = useId()
  return (
    <Field {...props}>
      {(ids) => (
        <>
          <input
            {...ids}
            class="kit-input"
            type="text"
            autocomplete="off"
            value={value}
            placeholder={placeholder}
            maxLength={maxLength}
            disabled={disabled}
            // biome-ignore lint/a11y/noAutofocus: the first field of a dialog that the person has just opened
            autoFocus={isFirst}
            list={words ? list : undefined}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          {words && (
            <datalist id={list}>
              {words.map((word) => (
                <option key={word} value={word} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  )
}

interface AreaProps extends FieldText {
  readonly value: string
  readonly rows?: number
  readonly placeholder?: string | undefined
  readonly onChange: (value: string) => void
}

/** Several lines of text. */
export function Area(props: AreaProps) {
  const { value, rows = 3, placeholder, onChange } = props
  return (
    <Field {...props}>
      {(ids) => (
        <textarea
          {...ids}
          class="kit-input"
          rows={rows}
          value={value}
          placeholder={placeholder}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

interface NumberFieldProps extends FieldText {
  readonly value: number | null
  /** Null = the field is empty. */
  readonly onChange: (value: number | null) => void
  readonly min?: number | undefined
  readonly max?: number | undefined
  /** 1 for whole numbers; `any` without it. */
  readonly step?: number | undefined
  readonly placeholder?: string | undefined
}

/** A number; what is no number yet does not reach `onChange`. */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, min, max, step, placeholder } = props
  const input = useRef<HTMLInputElement>(null)
  // what is typed stays as it is typed while it means the same: on its way to 0.05 it reads 0.0
  const isTyped = value !== null && input.current?.valueAsNumber === value
  return (
    <Field {...props}>
      {(ids) => (
        <input
          {...ids}
          class="kit-input"
          type="number"
          ref={input}
          value={isTyped ? input.current?.value : (value ?? '')}
          min={min}
          max={max}
          step={step ?? 'any'}
          placeholder={placeholder}
          onInput={(event) => {
            const { value: text, valueAsNumber, validity } = event.currentTarget
            if (text === '' && !validity.badInput) onChange(null)
            else if (Number.isFinite(valueAsNumber)) onChange(valueAsNumber)
          }}
        />
      )}
    </Field>
  )
}

interface CheckboxProps extends FieldText {
  readonly value: boolean
  readonly onChange: (value: boolean) => void
  readonly disabled?: boolean | undefined
}

/** Yes or no. */
export function Checkbox({ label, hint, error, value, onChange, disabled }: CheckboxProps) {
  const id = useId()
  return (
    <div class="kit-check">
      <input
        id={id}
        type="checkbox"
        checked={value}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <Notes hint={hint} error={error} hintId={`${id}-hint`} errorId={`${id}-error`} />
    </div>
  )
}

interface SelectProps {
  /** Without a visible label, `name` is what screen readers say. */
  readonly label?: string
  readonly name?: string
  readonly hint?: ComponentChildren
  readonly error?: string | null | undefined
  readonly value: string
  readonly options: readonly { readonly value: string; readonly title: string; readonly disabled?: boolean }[]
  readonly disabled?: boolean | undefined
  readonly onChange: (value: string) => void
}

/** One of a list, by the browser's own select. */
export function Select({ label, name, hint, error, value, options, disabled, onChange }: SelectProps) {
  const input = (ids?: FieldIds) => (
    <select
      {...ids}
      class="kit-input"
      aria-label={label ? undefined : name}
      disabled={disabled}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map((option) => (
        <option
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          selected={option.value === value}
        >
          {option.title}
        </option>
      ))}
    </select>
  )
  if (!label) return input()
  return (
    <Field label={label} hint={hint} error={error}>
      {input}
    </Field>
  )
}
