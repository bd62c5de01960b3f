import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Area, Checkbox, NumberField, Select, TextField } from '../kit/field'
import { type FormField, type FormValue, problemsOf } from './schema'
import './schema-form.css'

interface SchemaFormProps {
  /** From `fieldsOf(schema)`. */
  readonly fields: readonly FormField[]
  readonly value: FormValue
  readonly onChange: (value: FormValue) => void
}

/** A form of the options of a plug-in, made from their JSON schema. */
export function SchemaForm({ fields, value, onChange }: SchemaFormProps) {
  return (
    <div class="schema-form">
      <Fields
        fields={fields}
        value={value}
        onChange={onChange}
        path=""
        problems={problemsOf(fields, value)}
      />
    </div>
  )
}

interface FieldsProps extends SchemaFormProps {
  readonly path: string
  readonly problems: ReadonlyMap<string, string>
}

function Fields({ fields, value, onChange, path, problems }: FieldsProps) {
  return (
    <>
      {fields.map((field) => (
        <Input
          key={field.name}
          field={field}
          value={value[field.name]}
          path={path + field.name}
          problems={problems}
          onChange={(held) => onChange({ ...value, [field.name]: held })}
        />
      ))}
    </>
  )
}

interface InputProps {
  readonly field: FormField
  readonly value: unknown
  readonly path: string
  readonly problems: ReadonlyMap<string, string>
  readonly onChange: (value: unknown) => void
}

function Input({ field, value, path, problems, onChange }: InputProps) {
  const text = {
    label: field.title,
    hint: field.hint ? spoken(field.hint) : undefined,
    error: problems.get(path),
  }
  const { schema } = field
  switch (field.kind) {
    case 'text': {
      const empty = field.isNullable ? null : ''
      return (
        <TextField {...text} value={String(value ?? '')} onChange={(typed) => onChange(typed || empty)} />
      )
    }
    case 'number':
    case 'integer':
      return (
        <NumberField
          {...text}
          value={typeof value === 'number' ? value : null}
          min={schema.minimum}
          max={schema.maximum}
          step={field.kind === 'integer' ? 1 : undefined}
          placeholder={field.isNullable ? 'as it is' : undefined}
          onChange={onChange}
        />
      )
    case 'boolean':
      if (field.isNullable) return <Chooser {...{ field, value, onChange, text }} choices={[true, false]} />
      return <Checkbox {...text} value={value === true} onChange={onChange} />
    case 'choice':
      return <Chooser {...{ field, value, onChange, text }} choices={field.choices} />
    case 'choices':
      return <Choices {...{ value, onChange, text }} choices={field.choices} />
    case 'words':
      return <Words {...{ value, onChange, text }} />
    case 'group':
      return <Group {...{ field, value, path, problems, onChange }} fields={field.fields} />
    case 'json':
      return <Json {...{ value, onChange, text }} />
  }
}

interface Text {
  readonly label: string
  readonly hint: ComponentChildren
  readonly error: string | undefined
}

interface PartProps {
  readonly text: Text
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

const UNSET = '∅'

function Chooser(props: PartProps & { readonly field: FormField; readonly choices: readonly unknown[] }) {
  const { field, text, value, choices, onChange } = props
  const unset = field.isNullable ? [{ value: UNSET, title: '–' }] : []
  const index = choices.indexOf(value)
  return (
    <Select
      {...text}
      value={index < 0 ? UNSET : String(index)}
      options={[...unset, ...choices.map((choice, i) => ({ value: String(i), title: words(choice) }))]}
      onChange={(at) => onChange(at === UNSET ? null : choices[Number(at)])}
    />
  )
}

function Choices({ text, value, choices, onChange }: PartProps & { readonly choices: readonly unknown[] }) {
  const chosen = Array.isArray(value) ? value : []
  const set = (choice: unknown, isIn: boolean) =>
    onChange(choices.filter((other) => (other === choice ? isIn : chosen.includes(other))))
  return (
    <fieldset>
      <legend class="kit-legend">{text.label}</legend>
      <div class="schema-choices">
        {choices.map((choice) => (
          <Checkbox
            key={String(choice)}
            label={words(choice)}
            value={chosen.includes(choice)}
            onChange={(isIn) => set(choice, isIn)}
          />
        ))}
      </div>
      {text.hint && <p class="kit-hint">{text.hint}</p>}
    </fieldset>
  )
}

function Words({ text, value, onChange }: PartProps) {
  // what is typed is kept as it is: a comma at the end is the beginning of the next word
  const [typed, setTyped] = useState(Array.isArray(value) ? value.join(', ') : '')
  const hint = [text.hint, ' Separate several by commas.']
  return (
    <TextField
      {...text}
      hint={hint}
      value={typed}
      onChange={(now) => {
        setTyped(now)
        onChange(
          now
            .split(',')
            .map((word) => word.trim())
            .filter(Boolean),
        )
      }}
    />
  )
}

function Group({
  field,
  fields,
  value,
  path,
  problems,
  onChange,
}: InputProps & { readonly fields: readonly FormField[] }) {
  const held = (value ?? {}) as FormValue
  return (
    <fieldset class="schema-group">
      <legend class="kit-legend">{field.title}</legend>
      <Fields fields={fields} value={held} path={`${path}.`} problems={problems} onChange={onChange} />
    </fieldset>
  )
}

function Json({ text, value, onChange }: PartProps) {
  const [typed, setTyped] = useState(value === undefined || value === null ? '' : JSON.stringify(value))
  const [error, setError] = useState<string | undefined>()
  const read = (now: string) => {
    setTyped(now)
    try {
      onChange(now.trim() ? JSON.parse(now) : null)
      setError(undefined)
    } catch {
      setError('This is no JSON yet.')
    }
  }
  return (
    <Area
      {...text}
      hint={[text.hint, ' As JSON.']}
      error={error ?? text.error}
      value={typed}
      onChange={read}
    />
  )
}

/** Return a choice as a person reads it: `rfc7946` stays, `whole_image` gets its space. */
function words(choice: unknown): string {
  if (choice === true) return 'yes'
  if (choice === false) return 'no'
  return String(choice).replaceAll('_', ' ')
}

/** Return a docstring as a person reads it: what stands in backticks as code. */
function spoken(hint: string): ComponentChildren {
  return hint.split(/`{1,2}([^`]+)`{1,2}/).map((part, i) => (i % 2 ? <code key={part}>{part}</code> : part))
}
