import { type Operation, type OperationReply, operate } from '../api/geometry'
import { Problem, sentenceOf } from '../api/problem'
import { Annotation } from '../model/annotation'
import { Change, ChangeSet } from '../model/change'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Ontology } from '../model/ontology'
import type { Session } from './session'

export type { Operation } from '../api/geometry'

/** Most objects that one operation takes; the server has the same limit. */
const MOST = 2000

/** What an operation would make of some objects. */
export interface Outcome {
  readonly operation: Operation
  /** The objects, in the order of choosing. */
  readonly objects: readonly Annotation[]
  readonly reply: OperationReply
}

/** How an outcome is written. */
export interface Writing {
  /** What is made are new objects; those that it was made of stay as they are. */
  readonly isBeside?: boolean
  /** Return other annotations that change in the same step, with their new geometries, each in its own frame. */
  readonly also?: (outcome: Outcome) => Promise<ReadonlyMap<Id, Geometry>>
}

/** Computes with the server, writes as one undo step. */
export type Operate = typeof operate

/**
 * Operations on the shapes of objects: the server computes, each object in its own frame, and what it made is written as
 * one change set with the bases that were seen.
 *
 * The first (largest) piece takes the place of its object; the others become new objects with its class and attributes.
 */
export class Operations {
  readonly #session: Session
  readonly #operate: Operate

  constructor(session: Session, compute: Operate = operate) {
    this.#session = session
    this.#operate = compute
  }

  /** Ask what an operation would make of objects; nothing is written. Rejects with a `Problem` where nothing can be made. */
  async ask(operation: Operation, ids: readonly Id[], signal?: AbortSignal): Promise<Outcome | null> {
    const objects = this.#free(ids)
    if (!objects.length) return null
    const geometries = objects.map(({ geometry }) => geometry!)
    const reply = await this.#operate(this.#session.id, operation, geometries, signal)
    return { operation, objects, reply }
  }

  /**
   * Do an operation to objects: one undo step.
   *
   * @returns The objects that there are of it afterwards; null = it could not be done, and the person was told why.
   */
  async run(
    message: string,
    operation: Operation,
    ids: readonly Id[],
    { isBeside = false, also }: Writing = {},
  ): Promise<readonly Id[] | null> {
    try {
      const outcome = await this.ask(operation, ids)
      if (!outcome) return null
      const others = also ? await also(outcome) : new Map<Id, Geometry>()
      return isBeside ? this.#add(message, outcome) : this.#write(message, outcome, others)
    } catch (error) {
      const sentence = sentenceOf(error)
      this.#session.tell(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`.replace(/\.\.$/, '.'))
      return null
    }
  }

  /** Return what is left of a shape outside of others; null where nothing is. Without a connection all of it stays. */
  async cutOut(geometry: Geometry, by: readonly Geometry[]): Promise<Geometry | null> {
    try {
      const operation = { operation: 'cut_out', options: {} } as const
      const { geometries } = await this.#operate(this.#session.id, operation, [geometry, ...by])
      return geometries[0] ?? null
    } catch (error) {
      const isAnswered = error instanceof Problem
      this.#session.tell(`${isAnswered ? 'Nothing was drawn' : 'It was not cut back'}: ${sentenceOf(error)}.`)
      return isAnswered ? null : geometry
    }
  }

  /** Return the objects that may be changed, and tell of the others. */
  #free(ids: readonly Id[]): readonly Annotation[] {
    const { labels, guard, tell } = this.#session
    const found = ids.flatMap((id) => labels.get(id) ?? []).filter(({ geometry }) => geometry !== null)
    const free = found.filter((annotation) => !guard.isLocked(annotation))
    if (free.length < found.length) tell('What is locked stays as it is.')
    if (free.length > MOST) tell(`Only the first ${MOST.toLocaleString('en')} objects are looked at.`)
    return free.slice(0, MOST)
  }

  /** Write what was made as new objects. */
  #add(message: string, { operation, objects, reply }: Outcome): readonly Id[] | null {
    const made = reply.geometries.flatMap((geometry, i) => {
      const object = objects[reply.sources[i]!]!
      return this.#isAllowed(object, [geometry]) ? [this.#beside(object, geometry, operation.operation)] : []
    })
    return made.length ? this.#session.editor.add(message, made).map(({ id }) => id) : null
  }

  #write(
    message: string,
    { operation, objects, reply }: Outcome,
    others: ReadonlyMap<Id, Geometry>,
  ): readonly Id[] | null {
    const { labels, tell } = this.#session
    if (objects.some((object) => labels.get(object.id) !== object)) {
      tell('These objects were changed while this was computed: do it again.')
      return null
    }
    const changes: Change[] = []
    const left: Id[] = []
    objects.forEach((object, source) => {
      const made = reply.geometries.filter((_, i) => reply.sources[i] === source)
      if (!made.length || !this.#isAllowed(object, made)) return
      const [first, ...others] = [
        Annotation.with(object, { geometry: made[0]! }),
        ...made.slice(1).map((geometry) => this.#beside(object, geometry, operation.operation)),
      ]
      changes.push(Change.put(first!), ...others.map(Change.put))
      left.push(first!.id, ...others.map(({ id }) => id))
    })
    if (!changes.length) return null
    for (const [id, geometry] of others) {
      const other = labels.get(id)
      if (other) changes.push(Change.put(Annotation.with(other, { geometry })))
    }
    if (operation.operation === 'merge') changes.push(...objects.slice(1).map(Change.delete))
    if (reply.skipped.length && left.length)
      tell(`${reply.skipped.length} of ${objects.length} stay as they are: ${reply.skipped[0]!.message}.`)
    this.#session.history.touched()
    this.#session.outbox.push(ChangeSet.make(this.#session.actor.id ?? '', message, changes))
    return left
  }

  /** Return a new object with the class and the attributes of another one. */
  #beside(object: Annotation, geometry: Geometry, tool: string): Annotation {
    const { scene, label, attributes, sample } = object
    const made = Annotation.make({ scene, label, geometry, actor: this.#session.actor.id ?? '', tool })
    return { ...made, attributes, sample }
  }

  #isAllowed(object: Annotation, made: readonly Geometry[]): boolean {
    const label = Ontology.get(this.#session.ontology.peek(), object.label)
    const strange = label && made.find(({ kind }) => !Ontology.allows(label, kind))
    if (!strange) return true
    this.#session.tell(
      `${label.title} may not be drawn as ${strange.kind}: allow it in the settings of the class, or choose another one.`,
    )
    return false
  }
}
