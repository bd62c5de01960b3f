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

/** What a field shows where several objects differ. */
const MIXED = 'mixed'

interface SharedFormProps {
  readonly bench: Workbench
  readonly annotations: readonly Annotation[]
}

/** The attributes that all of several objects have by their classes; what is written goes to all of them. */
export function SharedForm({ bench, annotations }: SharedFormProps) {
  const ontology = bench.session.ontology.value
  const shared = sharedAttributes(ontology, new Set(annotations.map((a) => a.label)))
  const ids = annotations.map((a) => a.id)
  return (
    <>
      {shared.map((attribute) => {
        const { name } = attribute
        const values = annotations.map((a) => a.attributes[name] ?? null)
        const first = values[0] ?? null
        const isMixed = values.some((value) => String(value) !== String(first))
        return (
          <AttributeField
            key={name}
            attribute={attribute}
            value={isMixed ? null : first}
            isMixed={isMixed}
            onChange={(value) => bench.session.editor.setAttribute(ids, name, value)}
            onToggle={(choice, isOn) =>
              bench.session.editor.setAttribute(ids, name, (before) =>
                withChoice(attribute.choices, before, choice, isOn),
              )
            }
          />
        )
      })}
    </>
  )
}

/** Return the attributes that classes have in common, by name and type; of choices those that all of them know. */
function sharedAttributes(ontology: Ontology, slugs: ReadonlySet<string>): readonly Attribute[] {
  const [first, ...others] = [...slugs].map(
    (slug) => (Ontology.get(ontology, slug)?.attributes ?? []) as readonly Attribute[],
  )
  return (first ?? []).flatMap((attribute) => {
    const same = others.map((list) =>
      list.find((a) => a.name === attribute.name && a.type === attribute.type),
    )
    if (same.some((other) => other === undefined)) return []
    const choices = attribute.choices.filter((choice) =>
      same.every((other) => other!.choices.includes(choice)),
    )
    return [{ ...attribute, choices }]
  })
}

/** Return a list of choices with one more or one less, in the order of the class. */
function withChoice(
  choices: readonly string[],
  before: AttributeValue,
  choice: string,
  isOn: boolean,
): AttributeValue {
  const next = new Set(Array.isArray(before) ? (before as readonly string[]) : [])
  if (next.has(choice) === isOn) return before
  if (!next.delete(choice)) next.add(choice)
  return next.size ? choices.filter((c) => next.has(c)) : null
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
          onToggle={(choice, isOn) =>
            set(
              attribute.name,
              withChoice(attribute.choices, annotation.attributes[attribute.name] ?? null, choice, isOn),
            )
          }
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
  /** Several objects differ; then `value` is null. */
  readonly isMixed?: boolean
  readonly onChange: (value: AttributeValue) => void
  /** One of several choices was taken or left. */
  readonly onToggle: (choice: string, isOn: boolean) => void
}

function AttributeField({ attribute, value, isMixed = false, onChange, onToggle }: AttributeFieldProps) {
  const { name, type, required, choices } = attribute
  const label = required ? `${name} *` : name
  const isLacking = required && value === null && !isMixed
  const error = Attribute.problem(attribute, value) ?? (isLacking ? 'Required before submitting' : null)
  const shown = isMixed ? `${label} · ${MIXED}` : label
  if (type === 'boolean')
    return <YesNo label={shown} value={isMixed ? undefined : value} onChange={onChange} />
  if (type === 'choices')
    return <Choices label={shown} choices={choices} value={value} isMixed={isMixed} onToggle={onToggle} />
  return (
    <Field label={label} error={value === null ? null : error} hint={isLacking ? error! : undefined}>
      {(ids) =>
        type === 'choice' ? (
          <select
            {...ids}
            class="kit-input"
            value={isMixed ? MIXED_VALUE : String(value ?? '')}
            onChange={(event) => onChange(event.currentTarget.value || null)}
          >
            {isMixed && (
              <option value={MIXED_VALUE} selected disabled>
                {MIXED}
              </option>
            )}
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
            placeholder={isMixed ? MIXED : undefined}
            onDone={(text) => onChange(typedAs(attribute, text))}
          />
        )
      }
    </Field>
  )
}

/** No choice of a class is called so. */
const MIXED_VALUE = '\u0000mixed'

interface YesNoProps {
  readonly label: string
  /** Undefined = several objects differ. */
  readonly value: AttributeValue | undefined
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

interface ChoicesProps {
  readonly label: string
  readonly choices: readonly string[]
  readonly value: AttributeValue
  readonly isMixed: boolean
  readonly onToggle: (choice: string, isOn: boolean) => void
}

function Choices({ label, choices, value, isMixed, onToggle }: ChoicesProps) {
  const chosen = new Set(Array.isArray(value) ? (value as readonly string[]) : [])
  return (
    <fieldset class="inspector-choices">
      <legend class="kit-legend">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice}
          type="button"
          class="inspector-chip"
          aria-pressed={isMixed ? 'mixed' : chosen.has(choice)}
          onClick={() => onToggle(choice, !chosen.has(choice))}
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
