import type { AttributeValue } from '../../model/annotation'
import {
  type AttributeDraft,
  type AttributeType,
  hasChoices,
  isNumeric,
  settledAttribute,
} from '../../model/class-draft'
import type { Attribute } from '../../model/ontology'
import { Area, Checkbox, Field, NumberField, Select, TextField } from '../kit/field'
import { ROLE_TITLES, SCOPE_TITLES, TYPE_TITLES } from './attribute-types'
import type { ClassEdit } from './class-edit'

interface AttributeFieldsProps {
  readonly edit: ClassEdit
  readonly attribute: AttributeDraft
}

/** Everything that the ontology says of one attribute. */
export function AttributeFields({ edit, attribute }: AttributeFieldsProps) {
  const { id, was, now } = attribute
  const set = (update: Partial<Attribute>) => edit.setAttribute(id, update)
  const error = (field: keyof Attribute) => edit.problemOfAttribute(id, field)
  return (
    <>
      <div class="attribute-pair">
        <TextField
          label="Name"
          value={now.name}
          maxLength={120}
          error={error('name')}
          hint={
            was && was.name !== now.name.trim() ? `Was “${was.name}”; values stay under that name.` : null
          }
          onChange={(name) => set({ name })}
        />
        <Select
          label="Type"
          value={now.type}
          options={optionsOf(TYPE_TITLES)}
          error={error('type')}
          onChange={(type) => set({ type: type as AttributeType })}
        />
      </div>
      {hasChoices(now.type) && (
        <Area
          label="Choices"
          hint="One per line, in the order in which they are offered."
          rows={Math.max(4, Math.min(9, now.choices.length + 1))}
          value={now.choices.join('\n')}
          error={error('choices')}
          onChange={(text) => set({ choices: text === '' ? [] : text.split('\n') })}
        />
      )}
      {isNumeric(now.type) && (
        <div class="attribute-pair">
          <NumberField
            label="Minimum"
            value={now.minimum}
            placeholder="none"
            error={error('minimum')}
            onChange={(minimum) => set({ minimum })}
          />
          <NumberField
            label="Maximum"
            value={now.maximum}
            placeholder="none"
            error={error('maximum')}
            onChange={(maximum) => set({ maximum })}
          />
        </div>
      )}
      <DefaultField
        attribute={attribute}
        error={error('default')}
        onChange={(value) => set({ default: value })}
      />
      <Checkbox
        label="Required"
        hint="An object without a value stays a draft: it cannot be submitted."
        value={now.required}
        error={error('required')}
        onChange={(required) => set({ required })}
      />
      <div class="attribute-pair">
        <Select
          label="One value for"
          value={now.scope}
          options={optionsOf(SCOPE_TITLES)}
          error={error('scope')}
          onChange={(scope) => set({ scope: scope as Attribute['scope'] })}
        />
        <Select
          label="To training formats it means"
          value={now.role ?? ''}
          options={optionsOf(ROLE_TITLES)}
          error={error('role')}
          onChange={(role) => set({ role: (role || null) as Attribute['role'] })}
        />
      </div>
    </>
  )
}

interface DefaultFieldProps {
  readonly attribute: AttributeDraft
  readonly error: string | null
  readonly onChange: (value: AttributeValue) => void
}

/** The value that a new object begins with, entered as the type demands. */
function DefaultField({ attribute, error, onChange }: DefaultFieldProps) {
  const { type, default: value } = attribute.now
  const shared = { label: 'Default', error, hint: 'What a new object begins with.' }
  if (isNumeric(type))
    return (
      <NumberField
        {...shared}
        value={typeof value === 'number' ? value : null}
        placeholder="none"
        step={type === 'integer' ? 1 : undefined}
        onChange={onChange}
      />
    )
  if (type === 'boolean') {
    const options = [
      { value: '', title: 'none' },
      { value: 'true', title: 'Yes' },
      { value: 'false', title: 'No' },
    ]
    const said = typeof value === 'boolean' ? String(value) : ''
    return (
      <Select
        {...shared}
        value={said}
        options={options}
        onChange={(text) => onChange(text === '' ? null : text === 'true')}
      />
    )
  }
  if (type === 'choice') return <DefaultChoice {...shared} attribute={attribute} onChange={onChange} />
  if (type === 'choices') return <DefaultChoices {...shared} attribute={attribute} onChange={onChange} />
  const text = typeof value === 'string' ? value : ''
  if (type === 'date')
    return (
      <Field {...shared}>
        {(ids) => (
          <input
            {...ids}
            class="kit-input"
            type="date"
            value={text}
            onInput={(event) => onChange(event.currentTarget.value || null)}
          />
        )}
      </Field>
    )
  return (
    <TextField {...shared} value={text} placeholder="none" onChange={(typed) => onChange(typed || null)} />
  )
}

interface DefaultChoiceProps extends DefaultFieldProps {
  readonly label: string
  readonly hint: string
}

function DefaultChoice({ attribute, onChange, ...shared }: DefaultChoiceProps) {
  const { default: value } = attribute.now
  const choices = settledAttribute(attribute).choices
  const said = typeof value === 'string' ? value : ''
  const all = said && !choices.includes(said) ? [said, ...choices] : choices
  return (
    <Select
      {...shared}
      value={said}
      options={[{ value: '', title: 'none' }, ...all.map((c) => ({ value: c, title: c }))]}
      onChange={(choice) => onChange(choice || null)}
    />
  )
}

function DefaultChoices({ attribute, onChange, label, hint, error }: DefaultChoiceProps) {
  const { default: value } = attribute.now
  const chosen = new Set(Array.isArray(value) ? (value as readonly string[]) : [])
  const choices = settledAttribute(attribute).choices
  const toggle = (choice: string, isOn: boolean) => {
    const next = [...choices, ...[...chosen].filter((c) => !choices.includes(c))].filter((c) =>
      c === choice ? isOn : chosen.has(c),
    )
    onChange(next.length ? next : null)
  }
  const strange = [...chosen].filter((c) => !choices.includes(c))
  return (
    <fieldset class="attribute-defaults">
      <legend class="kit-legend">{label}</legend>
      {[...choices, ...strange].map((choice) => (
        <Checkbox
          key={choice}
          label={choice}
          value={chosen.has(choice)}
          onChange={(isOn) => toggle(choice, isOn)}
        />
      ))}
      {error && <p class="kit-error">{error}</p>}
      <p class="kit-hint">{hint}</p>
    </fieldset>
  )
}

function optionsOf(titles: { readonly [value: string]: string }) {
  return Object.entries(titles).map(([value, title]) => ({ value, title }))
}
