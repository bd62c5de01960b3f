import { Annotation } from './annotation'
import { type ClassDraft, same, settledAttribute } from './class-draft'
import { Attribute, type LabelClass, Ontology } from './ontology'

/** What a change of a class means to objects that have it already. */
export interface ClassEffect {
  /** `refused`: they cannot be changed until they are mended. `gap`: not before submitting. `aside`: a value leaves the form. */
  readonly kind: 'refused' | 'gap' | 'aside'
  readonly sentence: string
  /** Objects. */
  readonly n: number
}

/** Say whether a change can mean anything to objects that are there; if not, nobody has to look at them. */
export function isNarrowing(draft: ClassDraft): boolean {
  const isLess = !same(draft.was.geometries, draft.now.geometries) && draft.now.geometries.length > 0
  const isGone = draft.attributes.filter((a) => a.was).length < draft.was.attributes.length
  const isOther = draft.attributes.some((a) => {
    const now = settledAttribute(a)
    return a.was ? !same(a.was, now) : true
  })
  return isLess || isGone || isOther
}

/** Counts effects over any number of objects, looked at one after the other. */
export class ClassEffects {
  /** How many objects were looked at. */
  n = 0
  readonly #before: LabelClass
  readonly #after: LabelClass
  /** Name that an attribute has now, by the one it had; null = it is gone. */
  readonly #renamed: ReadonlyMap<string, string | null>
  readonly #found = new Map<string, { kind: ClassEffect['kind']; n: number }>()

  constructor(draft: ClassDraft, after: LabelClass) {
    this.#before = draft.was
    this.#after = after
    const kept = new Map(draft.attributes.map((a) => [a.was?.name, settledAttribute(a).name]))
    this.#renamed = new Map(draft.was.attributes.map(({ name }) => [name, kept.get(name) ?? null] as const))
  }

  /** Look at objects of the class. */
  look(annotations: readonly Annotation[]): void {
    for (const annotation of annotations) {
      this.n++
      this.#lookAtGeometry(annotation)
      this.#lookAtValues(annotation)
    }
  }

  /** Return what was found, the gravest first. */
  all(): readonly ClassEffect[] {
    const order = ['refused', 'gap', 'aside']
    return [...this.#found]
      .map(([sentence, { kind, n }]) => ({ kind, sentence, n }))
      .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.n - a.n)
  }

  #lookAtGeometry(annotation: Annotation): void {
    const kind = Annotation.kindOf(annotation)
    if (Ontology.allows(this.#before, kind) && !Ontology.allows(this.#after, kind))
      this.#count('refused', `drawn as ${kind}, which would no longer be allowed`)
  }

  #lookAtValues(annotation: Annotation): void {
    const { attributes } = annotation
    const before = new Map((this.#before.attributes as readonly Attribute[]).map((a) => [a.name, a]))
    const after = new Map((this.#after.attributes as readonly Attribute[]).map((a) => [a.name, a]))
    for (const [name, now] of after) {
      const value = attributes[name] ?? null
      const was = before.get(name)
      const isNews = !was || Attribute.problem(was, value) === null
      if (value === null) {
        if (now.required && !was?.required) this.#count('gap', `without “${name}”, which would be required`)
      } else if (isNews && Attribute.problem(now, value) !== null)
        this.#count('refused', `with a “${name}” that would not fit: ${Attribute.problem(now, value)}`)
    }
    for (const [name, now] of this.#renamed)
      if (!after.has(name) && (attributes[name] ?? null) !== null)
        this.#count(
          'aside',
          now === null ? `with a value of “${name}”` : `with a value of “${name}”, now “${now}”`,
        )
  }

  #count(kind: ClassEffect['kind'], sentence: string): void {
    const found = this.#found.get(sentence)
    if (found) found.n++
    else this.#found.set(sentence, { kind, n: 1 })
  }
}
