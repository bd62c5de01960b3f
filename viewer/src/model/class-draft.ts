import type { AttributeValue } from './annotation'
import { Attribute, type LabelClass, Ontology } from './ontology'
import { Skeleton } from './skeleton'

export type AttributeType = Attribute['type']

/** An attribute that is being edited. Its id lasts as long as the draft, whatever it is called meanwhile. */
export interface AttributeDraft {
  readonly id: number
  /** As it is stored; null = it is new. */
  readonly was: Attribute | null
  /** As it is typed: choices with empty lines, limits that its type has no use for. */
  readonly now: Attribute
}

/** A class that is being edited: what is stored, and beside it what is to be. */
export interface ClassDraft {
  readonly was: LabelClass
  /** Everything but the attributes. */
  readonly now: LabelClass
  readonly attributes: readonly AttributeDraft[]
}

/** Why a field does not do. */
export interface FieldProblem {
  readonly sentence: string
  /** Nothing has been typed yet: no reason to complain before the person wants to save. */
  readonly isGap?: boolean
}

export type ClassProblems = { readonly [field in keyof LabelClass]?: FieldProblem }
export type AttributeProblems = { readonly [field in keyof Attribute]?: FieldProblem }

/** Everything that keeps a draft from being saved. */
export interface DraftProblems {
  readonly fields: ClassProblems
  /** By id of the attribute; only those that have some. */
  readonly attributes: ReadonlyMap<number, AttributeProblems>
}

const LONGEST_TITLE = 200
const LONGEST_NAME = 120

const EMPTY: Attribute = {
  name: '',
  type: 'text',
  choices: [],
  required: false,
  default: null,
  minimum: null,
  maximum: null,
  scope: 'observation',
  role: null,
}

/** Pure functions on drafts of classes; none changes its argument. */
export const ClassDraft = {
  /** Begin to edit a class. */
  of(label: LabelClass): ClassDraft {
    const attributes = (label.attributes as readonly Attribute[]).map((was, id) => ({ id, was, now: was }))
    return { was: label, now: label, attributes }
  },

  /** Set fields of the class itself. */
  with(draft: ClassDraft, update: Partial<Omit<LabelClass, 'attributes' | 'slug' | 'code'>>): ClassDraft {
    return { ...draft, now: { ...draft.now, ...update } }
  },

  /** Add an attribute without a name behind another one, or at the end; returns its id too. */
  added(draft: ClassDraft, behind: number | null = null): readonly [ClassDraft, number] {
    const n = draft.was.attributes.length
    const id = Math.max(n - 1, ...draft.attributes.map((a) => a.id)) + 1
    const at = draft.attributes.findIndex((a) => a.id === behind)
    const made = { id, was: null, now: EMPTY }
    const attributes = draft.attributes.toSpliced(at < 0 ? draft.attributes.length : at + 1, 0, made)
    return [{ ...draft, attributes }, id]
  },

  /** Take an attribute away. */
  removed(draft: ClassDraft, id: number): ClassDraft {
    return { ...draft, attributes: draft.attributes.filter((a) => a.id !== id) }
  },

  /** Return the stored attributes that were taken away. */
  gone(draft: ClassDraft): readonly Attribute[] {
    const kept = new Set(draft.attributes.map((a) => a.was))
    return (draft.was.attributes as readonly Attribute[]).filter((a) => !kept.has(a))
  },

  /** Bring an attribute back that was taken away, at the end; its id is its own again. */
  restored(draft: ClassDraft, was: Attribute): ClassDraft {
    const id = draft.was.attributes.indexOf(was)
    if (id < 0 || draft.attributes.some((a) => a.was === was)) return draft
    return { ...draft, attributes: [...draft.attributes, { id, was, now: was }] }
  },

  /** Move an attribute up (negative) or down; at either end it stays. */
  moved(draft: ClassDraft, id: number, by: number): ClassDraft {
    const from = draft.attributes.findIndex((a) => a.id === id)
    const to = Math.max(0, Math.min(draft.attributes.length - 1, from + by))
    if (from < 0 || from === to) return draft
    const rest = draft.attributes.toSpliced(from, 1)
    return { ...draft, attributes: rest.toSpliced(to, 0, draft.attributes[from]!) }
  },

  /** Set fields of an attribute; a default that another type has no room for goes. */
  changed(draft: ClassDraft, id: number, update: Partial<Attribute>): ClassDraft {
    const attributes = draft.attributes.map((a) => {
      if (a.id !== id) return a
      const now = { ...a.now, ...update }
      const isRetyped = update.type !== undefined && update.type !== a.now.type
      return { ...a, now: isRetyped ? { ...now, default: convertedDefault(now) } : now }
    })
    return { ...draft, attributes }
  },

  /** Return the class as it is to be stored. */
  settled(draft: ClassDraft): LabelClass {
    const { was, now } = draft
    const title = now.title === was.title ? now.title : now.title.trim()
    const skeleton = same(now.skeleton, was.skeleton) ? was.skeleton : Skeleton.settled(now.skeleton)
    return { ...now, title, skeleton, attributes: draft.attributes.map(settledAttribute) }
  },

  /** Say whether there is anything to save. */
  isChanged(draft: ClassDraft): boolean {
    return !same(ClassDraft.settled(draft), draft.was)
  },

  /**
   * Return what keeps a draft from being saved.
   *
   * @param reserved Keys that mean something else where classes are chosen by key.
   */
  problems(draft: ClassDraft, ontology: Ontology, reserved: ReadonlySet<string>): DraftProblems {
    const attributes = new Map<number, AttributeProblems>()
    for (const attribute of draft.attributes) {
      const found = problemsOfAttribute(attribute, draft)
      if (Object.keys(found).length) attributes.set(attribute.id, found)
    }
    return { fields: problemsOfClass(draft, ontology, reserved), attributes }
  },

  /** Return how many fields do not do. */
  nProblems({ fields, attributes }: DraftProblems): number {
    const counts = [...attributes.values()].map((found) => Object.keys(found).length)
    return counts.reduce((sum, n) => sum + n, Object.keys(fields).length)
  },

  /**
   * Return the problems that a server found, at their fields; without what is about nothing that is edited here.
   *
   * @param found `where` as pydantic tells it: `body.ontology.classes.3.attributes.0.minimum`.
   * @param at Index of the class in the ontology that was sent.
   */
  located(
    draft: ClassDraft,
    at: number,
    found: readonly { readonly where: string; readonly message: string }[],
  ): DraftProblems {
    const fields: Record<string, FieldProblem> = {}
    const attributes = new Map<number, AttributeProblems>()
    for (const { where, message } of found) {
      const [, index, field, nth, of] =
        /\bclasses\.(\d+)\.(\w+)(?:\.(\d+)(?:\.(\w+))?)?/.exec(where) ?? ([] as (string | undefined)[])
      const problem = { sentence: message.replace(/^Value error, /, '') }
      const attribute = field === 'attributes' ? draft.attributes[Number(nth)] : undefined
      if (Number(index) !== at || (field === 'attributes' && !attribute)) continue
      if (attribute) {
        const before = attributes.get(attribute.id)
        attributes.set(attribute.id, { ...before, [of ?? 'name']: problem })
      } else fields[field!] = problem
    }
    return { fields: fields as ClassProblems, attributes }
  },
}

/** Return an attribute as it is to be stored: without what its type has no use for, unless it came like that. */
export function settledAttribute({ was, now }: AttributeDraft): Attribute {
  if (was && same(was, now)) return was
  const idle = was?.type === now.type ? was : EMPTY // what came with a type that has no use for it stays
  const given = new Set(was?.choices)
  const choices = now.choices.map((c) => (given.has(c) ? c : c.trim())).filter((c) => c !== '')
  return {
    ...now,
    name: now.name === was?.name ? now.name : now.name.trim(),
    choices: hasChoices(now.type) ? choices : idle.choices,
    minimum: isNumeric(now.type) ? now.minimum : idle.minimum,
    maximum: isNumeric(now.type) ? now.maximum : idle.maximum,
  }
}

/** Say whether values of a type are numbers. */
export function isNumeric(type: AttributeType): boolean {
  return type === 'number' || type === 'integer'
}

/** Say whether values of a type are among given choices. */
export function hasChoices(type: AttributeType): boolean {
  return type === 'choice' || type === 'choices'
}

/** Say whether two values of the model are alike; a field that is missing is one that is null. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((k) => same(left[k], right[k]))
}

function convertedDefault(now: Attribute): AttributeValue {
  const { default: value, type } = now
  if (value === null || value === undefined) return null
  if (type === 'choices' && typeof value === 'string') return now.choices.includes(value) ? [value] : null
  return Attribute.problem(now, value) === null ? value : null
}

function problemsOfClass(
  { was, now }: ClassDraft,
  ontology: Ontology,
  reserved: ReadonlySet<string>,
): ClassProblems {
  const fields: { -readonly [field in keyof LabelClass]?: FieldProblem } = {}
  const title = now.title.trim()
  if (!title) fields.title = { sentence: 'A class needs a name', isGap: true }
  else if (title.length > LONGEST_TITLE)
    fields.title = { sentence: `A name has at most ${LONGEST_TITLE} characters` }
  if (now.key !== null && now.key !== was.key) {
    const holder = Ontology.active(ontology).find((c) => c.slug !== now.slug && c.key === now.key)
    if (!/^[0-9a-z]$/.test(now.key)) fields.key = { sentence: 'A key is a digit or a letter a to z' }
    else if (reserved.has(now.key))
      fields.key = { sentence: `${now.key.toUpperCase()} means something else on the map` }
    else if (holder) fields.key = { sentence: `${holder.title} has this key` }
  }
  if (now.parent !== null && !Ontology.parentsOf(ontology, now.slug).some((c) => c.slug === now.parent))
    fields.parent = { sentence: 'This class cannot stand above itself; choose another' }
  const wrong = same(now.skeleton, was.skeleton) ? null : Skeleton.problem(now.skeleton)
  if (wrong) fields.skeleton = { sentence: wrong }
  return fields
}

function problemsOfAttribute(draft: AttributeDraft, { attributes }: ClassDraft): AttributeProblems {
  const now = settledAttribute(draft)
  const found: { -readonly [field in keyof Attribute]?: FieldProblem } = {}
  const isTwice = attributes.some((a) => a.id !== draft.id && settledAttribute(a).name === now.name)
  if (!now.name) found.name = { sentence: 'An attribute needs a name', isGap: true }
  else if (now.name.length > LONGEST_NAME)
    found.name = { sentence: `A name has at most ${LONGEST_NAME} characters` }
  else if (isTwice) found.name = { sentence: `There are two attributes called ${now.name}` }
  if (hasChoices(now.type)) {
    const twice = now.choices.find((c, i) => now.choices.indexOf(c) !== i)
    if (!now.choices.length) found.choices = { sentence: 'Give at least one choice', isGap: true }
    else if (twice !== undefined) found.choices = { sentence: `“${twice}” is there twice` }
  }
  const { minimum, maximum } = now
  if (isNumeric(now.type) && minimum !== null && maximum !== null && minimum > maximum)
    found.maximum = { sentence: `The maximum must not be below the minimum, ${minimum}` }
  const reason = found.choices || found.maximum ? null : Attribute.problem(now, now.default)
  if (reason) found.default = { sentence: `The default does not fit: ${reason}` }
  return found
}
