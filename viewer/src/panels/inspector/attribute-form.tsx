import type { Annotation, AttributeValue } from '../../model/annotation'
import { Attribute, Ontology } from '../../model/ontology'
import { Button } from '../kit/button'
import { Field } from '../kit/field'
import type { Workbench } from '../workbench'
import { Draft } from './draft'

interface AttributeFormProps {
  readonly bench: Workbench
  readonly annotation: Annotation
}

/** The attributes of an annotation, as its class asks for them; what an import brought beside is listed below. */
export function AttributeForm({ bench, annotation }: AttributeFormProps) {
  const label = Ontology.get(bench.session.ontology.value, annotation.label)
  const asked = (label?.attributes ?? []) as readonly Attribute[]
  const names = new Set(asked.map((a) => a.name))
  const others = Object.entries(annotation.attributes).filter(([name]) => !names.has(name))
  const set = (name: string, value: AttributeValue) =>
    bench.session.editor.setAttribute([annotation.id], name, value)
  return (
    <>
      {label && asked.length === 0 && (
        <Button
          kind="ghost"
          icon="settings"
          onClick={() => {
            bench.classOpen.value = { slug: label.slug, tab: 'attributes' }
          }}
        >
          Edit attributes
        </Button>
      )}
      <Unfit bench={bench} annotation={annotation} asked={asked} />
      {asked.map((attribute) => (
        <AttributeField
          key={`${annotation.id} ${attribute.name}`}
          attribute={attribute}
          value={annotation.attributes[attribute.name] ?? null}
          onChange={(value) => set(attribute.name, value)}
        />
      ))}
      {others.length > 0 && (
        <details class="inspector-others">
          <summary>
            {others.length} more {others.length === 1 ? 'attribute' : 'attributes'}
          </summary>
          <dl class="inspector-facts">
            {others.map(([name, value]) => (
              <>
                <dt class="ellipsis" title={name}>
                  {name}
                </dt>
                <dd class="ellipsis" title={String(value)}>
                  {String(value)}
                </dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </>
  )
}

interface UnfitProps extends AttributeFormProps {
  readonly asked: readonly Attribute[]
}

/** Where several values do not fit any more, none can be mended alone: the server looks at the whole object. */
function Unfit({ bench, annotation, asked }: UnfitProps) {
  const names = asked
    .filter((a) => Attribute.problem(a, annotation.attributes[a.name]) !== null)
    .map(({ name }) => name)
  if (names.length < 2) return null
  return (
    <Button
      kind="danger"
      icon="close"
      title={`Takes away ${names.join(', ')}; undo brings them back`}
      onClick={() => bench.session.editor.clearAttributes([annotation.id], names)}
    >
      {`Clear ${names.length} values that do not fit`}
    </Button>
  )
}

interface AttributeFieldProps {
  readonly attribute: Attribute
  readonly value: AttributeValue
  readonly onChange: (value: AttributeValue) => void
}

function AttributeField({ attribute, value, onChange }: AttributeFieldProps) {
  const { name, type, required, choices } = attribute
  const label = required ? `${name} *` : name
  const error =
    Attribute.problem(attribute, value) ?? (required && value === null ? 'Required before submitting' : null)
  if (type === 'boolean') return <YesNo label={label} value={value} onChange={onChange} />
  if (type === 'choices') return <Choices label={label} choices={choices} value={value} onChange={onChange} />
  return (
    <Field
      label={label}
      error={value === null ? null : error}
      hint={value === null && required ? error! : undefined}
    >
      {(ids) =>
        type === 'choice' ? (
          <select
            {...ids}
            class="kit-input"
            value={String(value ?? '')}
            onChange={(event) => onChange(event.currentTarget.value || null)}
          >
            <option value="">not given</option>
            {value !== null && !choices.includes(String(value)) && (
              <option value={String(value)} selected disabled>
                {String(value)}
              </option>
            )}
            {choices.map((choice) => (
              <option key={choice} value={choice} selected={choice === value}>
                {choice}
              </option>
            ))}
          </select>
        ) : (
          <Draft
            ids={ids}
            type={type === 'date' ? 'date' : type === 'number' || type === 'integer' ? 'number' : 'text'}
            value={value === null ? '' : String(value)}
            onDone={(text) => onChange(typedAs(attribute, text))}
          />
        )
      }
    </Field>
  )
}

interface YesNoProps {
  readonly label: string
  readonly value: AttributeValue
  readonly onChange: (value: AttributeValue) => void
}

/** Yes, no, or not said. */
function YesNo({ label, value, onChange }: YesNoProps) {
  const options = [
    ['Yes', true],
    ['No', false],
    ['–', null],
  ] as const
  return (
    <fieldset class="inspector-choices">
      <legend class="kit-legend">{label}</legend>
      <div class="inspector-segments">
        {options.map(([title, option]) => (
          <button key={title} type="button" aria-pressed={value === option} onClick={() => onChange(option)}>
            {title}
          </button>
        ))}
      </div>
    </fieldset>
  )
}

interface ChoicesProps extends YesNoProps {
  readonly choices: readonly string[]
}

function Choices({ label, choices, value, onChange }: ChoicesProps) {
  const chosen = new Set(Array.isArray(value) ? (value as readonly string[]) : [])
  const toggle = (choice: string) => {
    const next = new Set(chosen)
    if (!next.delete(choice)) next.add(choice)
    onChange(next.size ? choices.filter((c) => next.has(c)) : null)
  }
  return (
    <fieldset class="inspector-choices">
      <legend class="kit-legend">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice}
          type="button"
          class="inspector-chip"
          aria-pressed={chosen.has(choice)}
          onClick={() => toggle(choice)}
        >
          {choice}
        </button>
      ))}
    </fieldset>
  )
}

/** Return what was typed as the attribute's type; empty is "not given", nonsense is kept for the person to see. */
function typedAs(attribute: Attribute, text: string): AttributeValue {
  if (text === '') return null
  if (attribute.type !== 'number' && attribute.type !== 'integer') return text
  const number = Number(text)
  return Number.isFinite(number) ? number : null
}
