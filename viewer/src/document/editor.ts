import { Annotation, type Attributes, type AttributeValue } from '../model/annotation'
import { Change, ChangeSet } from '../model/change'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Ontology } from '../model/ontology'
import type { Session } from './session'

/** Turns what a hand does into change sets: each verb is one undo step. */
export class Editor {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Make an annotation of the chosen class; null where there is no class that may be drawn so. */
  draw(geometry: Geometry, tool: string): Annotation | null {
    const label = this.#session.chosen.peek()
    if (!label || !Ontology.allows(label, geometry.kind)) return null
    const made = Annotation.make({
      scene: this.#session.id,
      label: label.slug,
      geometry,
      actor: this.#session.actor.id ?? '',
      tool,
    })
    const attributes: Record<string, AttributeValue> = {}
    for (const { name, default: value } of label.attributes) if (value != null) attributes[name] = value
    const annotation = { ...made, attributes }
    this.#push(`Draw ${label.title.toLowerCase()}`, [Change.put(annotation)])
    return annotation
  }

  /** Give annotations other geometries, each in its own frame. */
  reshape(message: string, shapes: ReadonlyMap<Id, Geometry>): void {
    this.#put(message, [...shapes.keys()], (a) => Annotation.with(a, { geometry: shapes.get(a.id)! }))
  }

  /** Give annotations another class. */
  relabel(ids: readonly Id[], slug: string): void {
    const title = Ontology.titleOf(this.#session.ontology.peek(), slug)
    this.#put(`Make it ${title.toLowerCase()}`, ids, (a) =>
      a.label === slug ? null : Annotation.with(a, { label: slug }),
    )
  }

  /** Take attributes away, all in one step. */
  clearAttributes(ids: readonly Id[], names: readonly string[]): void {
    this.#put(`Clear ${names.join(', ')}`, ids, (a) => {
      const kept = Object.entries(a.attributes).filter(([name]) => !names.includes(name))
      return Annotation.with(a, { attributes: Object.fromEntries(kept) })
    })
  }

  /** Set an attribute; null takes it away. */
  setAttribute(ids: readonly Id[], name: string, value: AttributeValue): void {
    this.#put(`Set ${name}`, ids, (a) => {
      const { [name]: before, ...others } = a.attributes
      if ((before ?? null) === value) return null
      const attributes: Attributes = value === null ? others : { ...a.attributes, [name]: value }
      return Annotation.with(a, { attributes })
    })
  }

  /** Delete annotations. */
  remove(ids: readonly Id[]): void {
    const found = ids.flatMap((id) => this.#session.labels.get(id) ?? [])
    this.#push(
      found.length > 1 ? `Delete ${found.length} objects` : 'Delete object',
      found.map(Change.delete),
    )
  }

  #put(message: string, ids: readonly Id[], change: (annotation: Annotation) => Annotation | null): void {
    const changed = ids.flatMap((id) => {
      const before = this.#session.labels.get(id)
      return before ? (change(before) ?? []) : []
    })
    this.#push(message, changed.map(Change.put))
  }

  #push(message: string, changes: readonly Change[]): void {
    if (!changes.length) return
    this.#session.history.touched()
    this.#session.outbox.push(ChangeSet.make(this.#session.actor.id ?? '', message, changes))
  }
}
