import type { Position } from '../math/position'
import { Annotation, type Attributes, type AttributeValue, type ReviewState } from '../model/annotation'
import { Change, ChangeSet } from '../model/change'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Attribute, Ontology } from '../model/ontology'
import type { Layer, Paint } from '../model/paint'
import type { Region } from '../model/region'
import type { Session } from './session'

/** How pixels are painted. */
export interface PaintHow {
  readonly isErasing: boolean
  /** Only pixels that have no class yet. */
  readonly isOnlyUnlabelled: boolean
}

/**
 * Turns what a hand does into change sets: each verb is one undo step.
 *
 * Whatever changes an object passes here, so that here is where a locked one is kept as it is, whichever tool asks.
 */
export class Editor {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Make an annotation of the chosen class; null where there is no class that may be drawn so.
   *
   * @param also Annotations that get another geometry in the same undo step; one of them locked = nothing is done.
   * @param at Where it lies: the cell of the work grid there is started with it.
   */
  draw(
    geometry: Geometry,
    tool: string,
    also: ReadonlyMap<Id, Geometry> = new Map(),
    at: Position | null = null,
  ): Annotation | null {
    const label = this.#session.chosen.peek()
    if (!label || !Ontology.allows(label, geometry.kind)) return null
    if (this.#session.guard.lockedClasses.peek().has(label.slug)) {
      this.#session.tell(`${label.title} is locked: unlock the class to draw it.`)
      return null
    }
    const made = Annotation.make({
      scene: this.#session.id,
      label: label.slug,
      geometry,
      actor: this.#session.actor.id ?? '',
      tool,
    })
    const annotation = { ...made, attributes: Attribute.defaults(label) }
    const others = this.#free([...also.keys()])
    if (others.length < also.size) return null
    this.#push(`Draw ${label.title.toLowerCase()}`, [
      Change.put(annotation),
      ...others.map((a) => Change.put(Annotation.with(a, { geometry: also.get(a.id)! }))),
      ...(at ? this.#session.cells.startedAt(geometry.frame, at) : []),
    ])
    return annotation
  }

  /** Give annotations other geometries, each in its own frame. */
  reshape(message: string, shapes: ReadonlyMap<Id, Geometry>): void {
    this.#put(message, [...shapes.keys()], (a) => Annotation.with(a, { geometry: shapes.get(a.id)! }))
  }

  /** Give annotations another class; those that may not be drawn so stay as they are, and that is told. */
  relabel(ids: readonly Id[], slug: string): void {
    const ontology = this.#session.ontology.peek()
    const label = Ontology.get(ontology, slug)
    const isFit = (a: Annotation) => !label || Ontology.allows(label, Annotation.kindOf(a))
    const fit = ids.filter((id) => {
      const annotation = this.#session.labels.get(id)
      return annotation !== null && isFit(annotation)
    })
    const title = Ontology.titleOf(ontology, slug)
    if (fit.length < ids.length)
      this.#session.tell(`${countOf(ids.length - fit.length)} cannot be ${title}: it is not drawn as such.`)
    this.#put(
      ids.length > 1 ? `Make them ${title.toLowerCase()}` : `Make it ${title.toLowerCase()}`,
      fit,
      (a) => (a.label === slug ? null : Annotation.with(a, { label: slug })),
    )
  }

  /** Store annotations that nobody has stored yet, such as copies; returns those whose classes are not locked. */
  add(message: string, made: readonly Annotation[]): readonly Annotation[] {
    const { guard, tell } = this.#session
    const free = made.filter((a) => !guard.lockedClasses.peek().has(a.label))
    if (free.length < made.length)
      tell(`${countOf(made.length - free.length)} not made: the class is locked.`)
    this.#push(message, free.map(Change.put))
    return free
  }

  /** Write earlier contents of an annotation over what it is now, or bring a deleted one back. */
  restore(message: string, earlier: Annotation): void {
    const now = this.#session.labels.get(earlier.id)
    if (now && this.#free([now.id]).length === 0) return
    const made = now
      ? Annotation.with(now, {
          geometry: earlier.geometry,
          label: earlier.label,
          attributes: earlier.attributes,
        })
      : { ...earlier, state: 'draft' as const, revision: 0 }
    this.#push(message, [Change.put(made)])
  }

  /** Take attributes away, all in one step. */
  clearAttributes(ids: readonly Id[], names: readonly string[]): void {
    this.#put(`Clear ${names.join(', ')}`, ids, (a) => {
      const kept = Object.entries(a.attributes).filter(([name]) => !names.includes(name))
      return Annotation.with(a, { attributes: Object.fromEntries(kept) })
    })
  }

  /** Set an attribute, or work out the new value from each one's own; null takes it away. */
  setAttribute(
    ids: readonly Id[],
    name: string,
    next: AttributeValue | ((before: AttributeValue) => AttributeValue),
  ): void {
    this.#put(`Set ${name}`, ids, (a) => {
      const { [name]: before, ...others } = a.attributes
      const value = typeof next === 'function' ? next(before ?? null) : next
      if ((before ?? null) === value) return null
      const attributes: Attributes = value === null ? others : { ...a.attributes, [name]: value }
      return Annotation.with(a, { attributes })
    })
  }

  /** Bring annotations into another state of review. */
  judge(message: string, ids: readonly Id[], state: ReviewState): void {
    this.#put(message, ids, (a) => (a.state === state ? null : Annotation.inState(a, state)))
  }

  /** Tag annotations with a word; where all of them have it, take it away. */
  tag(ids: readonly Id[], word: string): void {
    const found = ids.flatMap((id) => this.#session.labels.get(id) ?? [])
    const isOn = found.some((a) => !Annotation.tagsOf(a).includes(word))
    this.#put(isOn ? `Tag ${word}` : `Take the tag ${word} away`, ids, (a) => {
      const tags = Annotation.tagsOf(a)
      if (tags.includes(word) === isOn) return null
      const { tags: _, ...others } = a.attributes as Attributes
      const next = isOn ? [...tags, word] : tags.filter((tag) => tag !== word)
      return Annotation.with(a, { attributes: next.length ? { ...others, tags: next } : others })
    })
  }

  /** Delete annotations. */
  remove(ids: readonly Id[]): void {
    const found = this.#free(ids)
    this.#push(
      found.length > 1 ? `Delete ${found.length} objects` : 'Delete object',
      found.map(Change.delete),
    )
  }

  /** Make a painted layer, or give one another title. */
  putLayer(layer: Layer): void {
    this.#push(layer.revision ? 'Rename layer' : 'Make layer', [Change.put(layer)])
  }

  /** Delete a painted layer. */
  removeLayer(layer: Layer): void {
    this.#push('Delete layer', [Change.delete(layer)])
  }

  /**
   * Paint the chosen class on a layer, or take away what is painted; locked classes stay.
   * A layer that nobody has made yet is made in the same step.
   */
  paint(layer: Layer, region: Region, how: PaintHow): void {
    const label = this.#session.chosen.peek()
    const makes = layer.revision === 0 && !this.#session.layers.peek().some(({ id }) => id === layer.id)
    this.#push(how.isErasing ? 'Erase' : `Paint ${label?.title.toLowerCase()}`, [
      ...(makes ? [Change.put(layer)] : []),
      this.paintOf(layer, region, how),
    ])
  }

  /** Paint several regions, each with its own class code: one undo step. */
  paintAll(
    layer: Layer,
    strokes: readonly { readonly region: Region; readonly code: number }[],
    isOnlyUnlabelled: boolean,
  ): void {
    const makes = layer.revision === 0 && !this.#session.layers.peek().some(({ id }) => id === layer.id)
    const n = strokes.length
    this.#push(n === 1 ? 'Paint an object' : `Paint ${n} objects`, [
      ...(makes ? [Change.put(layer)] : []),
      ...strokes.map(({ region, code }) => ({
        ...this.paintOf(layer, region, { isErasing: false, isOnlyUnlabelled }),
        value: code,
      })),
    ])
  }

  /** Return the change that `paint` makes. */
  paintOf(layer: Layer, region: Region, how: PaintHow): Paint {
    const { chosen, guard, ontology } = this.#session
    return {
      op: 'paint',
      layer: layer.id,
      selection: region,
      value: how.isErasing ? 0 : (chosen.peek()?.code ?? 0),
      only: how.isOnlyUnlabelled && !how.isErasing ? [0] : null,
      locked: [...guard.lockedClasses.peek()].flatMap(
        (slug) => Ontology.get(ontology.peek(), slug)?.code ?? [],
      ),
    }
  }

  #put(message: string, ids: readonly Id[], change: (annotation: Annotation) => Annotation | null): void {
    const changed = this.#free(ids).flatMap((before) => change(before) ?? [])
    this.#push(message, changed.map(Change.put))
  }

  /** Return the annotations that may be changed, and tell of those that are locked. */
  #free(ids: readonly Id[]): readonly Annotation[] {
    const { labels, guard, tell } = this.#session
    const found = ids.flatMap((id) => labels.get(id) ?? [])
    const free = found.filter((annotation) => !guard.isLocked(annotation))
    const n = found.length - free.length
    if (n)
      tell(`${countOf(n)} ${n === 1 ? 'is locked and stays as it is' : 'are locked and stay as they are'}.`)
    return free
  }

  #push(message: string, changes: readonly Change[]): void {
    if (!changes.length) return
    const { labels, guard, tell } = this.#session
    const isLocked = (id: Id) => {
      const annotation = labels.get(id)
      return annotation !== null && guard.isLocked(annotation)
    }
    if (changes.some((change) => isLocked(Change.idOf(change))))
      return tell('Nothing was changed: an object that this needs is locked.')
    this.#session.history.touched()
    this.#session.outbox.push(ChangeSet.make(this.#session.actor.id ?? '', message, changes))
  }
}

function countOf(n: number): string {
  return n === 1 ? 'One object' : `${n.toLocaleString('en')} objects`
}
