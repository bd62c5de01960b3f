import type { components } from '../api/schema'
import type { Annotation, Attributes, AttributeValue } from './annotation'
import type { GeometryKind } from './geometry'

type Schemas = components['schemas']

export type Ontology = Required<Schemas['Ontology']>
export type LabelClass = Required<Schemas['LabelClass']>
export type Attribute = Required<Schemas['Attribute']>

/** Class of annotations whose slug the ontology does not know. */
const UNKNOWN_COLOR = '#8b94a5'

/** Pure functions on the ontology. */
export const Ontology = {
  /** Return the classes that may be drawn. */
  active(ontology: Ontology): readonly LabelClass[] {
    return (ontology.classes as readonly LabelClass[]).filter((c) => !c.retired)
  },

  /** Return the class of a slug. */
  get(ontology: Ontology, slug: string): LabelClass | null {
    return (ontology.classes as readonly LabelClass[]).find((c) => c.slug === slug) ?? null
  },

  /** Return the class of a code. */
  ofCode(ontology: Ontology, code: number): LabelClass | null {
    return (ontology.classes as readonly LabelClass[]).find((c) => c.code === code) ?? null
  },

  /** Return the colour of a slug, grey where it is unknown. */
  colorOf(ontology: Ontology, slug: string): string {
    return Ontology.get(ontology, slug)?.color ?? UNKNOWN_COLOR
  },

  /** Return the title of a slug, the slug itself where it is unknown. */
  titleOf(ontology: Ontology, slug: string): string {
    return Ontology.get(ontology, slug)?.title ?? slug
  },

  /** Return which class each key chooses: its own key first, then the digits 1 to 9 in turn for those without one. */
  keys(ontology: Ontology): ReadonlyMap<string, LabelClass> {
    const active = Ontology.active(ontology)
    const keys = new Map<string, LabelClass>()
    for (const c of active) if (c.key !== null) keys.set(c.key, c)
    const free = [...'123456789'].filter((digit) => !keys.has(digit))
    for (const c of active) {
      if (c.key !== null) continue
      const digit = free.shift()
      if (digit === undefined) break
      keys.set(digit, c)
    }
    return keys
  },

  /** Return the classes that have been retired. */
  retired(ontology: Ontology): readonly LabelClass[] {
    return (ontology.classes as readonly LabelClass[]).filter((c) => c.retired)
  },

  /** Return the classes that may stand above one: neither itself nor any below it. */
  parentsOf(ontology: Ontology, slug: string): readonly LabelClass[] {
    const classes = ontology.classes as readonly LabelClass[]
    const below = new Set([slug])
    for (let n = 0; n < below.size; ) {
      n = below.size
      for (const c of classes) if (c.parent !== null && below.has(c.parent)) below.add(c.slug)
    }
    return classes.filter((c) => !below.has(c.slug))
  },

  /** Return the ontology with one class replaced, and one version more. */
  withClass(ontology: Ontology, changed: LabelClass): Ontology {
    const classes = ontology.classes.map((c) => (c.slug === changed.slug ? changed : c))
    return { ...ontology, version: ontology.version + 1, classes }
  },

  /** Say whether a class may be drawn as a kind. */
  allows(label: LabelClass, kind: GeometryKind | 'tag'): boolean {
    return label.geometries.length === 0 || label.geometries.includes(kind)
  },
}

/** Pure functions on attributes of a class. */
export const Attribute = {
  /** Return why a value does not fit, or null; the same rules as `geo3d.labels.check`. */
  problem(attribute: Attribute, value: AttributeValue | undefined): string | null {
    if (value === null || value === undefined) return null
    const { name, type, minimum, maximum, choices } = attribute
    if (type === 'text' && typeof value !== 'string') return `${name} wants text`
    if (type === 'boolean' && typeof value !== 'boolean') return `${name} wants yes or no`
    if (type === 'choices') {
      const others = Array.isArray(value) ? value.filter((one) => !choices.includes(one)) : null
      if (others === null) return `${name} wants several choices`
      if (others.length) return `${name} allows ${choices.join(', ')}, not ${others.join(', ')}`
    }
    if (type === 'number' || type === 'integer') {
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${name} wants a number`
      if (type === 'integer' && !Number.isInteger(value)) return `${name} wants a whole number`
      if (minimum !== null && value < minimum) return `${name} must be at least ${minimum}`
      if (maximum !== null && value > maximum) return `${name} must be at most ${maximum}`
    }
    if (type === 'choice' && !(typeof value === 'string' && choices.includes(value)))
      return `${name} must be one of ${choices.join(', ')}`
    if (type === 'date' && (typeof value !== 'string' || Number.isNaN(Date.parse(value))))
      return `${name} wants a date, such as 2024-05-31`
    return null
  },

  /** Return the values that an object of a class begins with. */
  defaults(label: LabelClass): Attributes {
    const given = (label.attributes as readonly Attribute[]).filter((a) => a.default != null)
    return Object.fromEntries(given.map(({ name, default: value }) => [name, value]))
  },

  /** Return the attribute that holds the text in the picture; null where a class has none. */
  transcription(label: LabelClass | null): Attribute | null {
    const found = label?.attributes.find((a) => a.role === 'transcription' && a.type === 'text')
    return (found as Attribute | undefined) ?? null
  },

  /** Return the names of required attributes that an annotation lacks. */
  missing(label: LabelClass, annotation: Annotation): readonly string[] {
    return (label.attributes as readonly Attribute[])
      .filter((a) => a.required && (annotation.attributes[a.name] ?? null) === null)
      .map((a) => a.name)
  },
}
