import { signal } from '@preact/signals-core'
import type { Annotation } from '../model/annotation'
import { Change, type ChangeSet } from '../model/change'
import type { Id } from '../model/id'

/** What differs after a step: the new versions, and the last versions of what is gone. */
export interface Delta {
  readonly put: readonly Annotation[]
  readonly removed: readonly Annotation[]
}

/** The annotations that a commit wrote and deleted. */
export interface Written {
  readonly documents: readonly Annotation[]
  readonly deleted: readonly Id[]
}

/**
 * The labels of one scene, as far as they are loaded.
 *
 * Two layers: what the server has stored, and on top the change sets that wait for its answer. A person sees both at
 * once; an answer, a refusal or somebody else's change only moves the line between them.
 */
export class Labels {
  /** Counts every change, for whoever redraws. */
  readonly version = signal(0)
  /** Counts every change of what waits. */
  readonly waitingVersion = signal(0)

  readonly #stored = new Map<Id, Annotation>()
  readonly #visible = new Map<Id, Annotation>()
  readonly #idsByFid = new Map<number, Id>()
  readonly #waiting: ChangeSet[] = []
  /** Ids in `#waiting`, worked out when first asked after a change: a bulk change asks for each of thousands. */
  #waitingIds: ReadonlySet<Id> | null = null
  readonly #listeners = new Set<(delta: Delta) => void>()

  /** Return an annotation as the person sees it; null where it is deleted or not loaded. */
  get(id: Id): Annotation | null {
    return this.#visible.get(id) ?? null
  }

  /** Return the annotation of a stable number. */
  ofFid(fid: number): Annotation | null {
    const id = this.#idsByFid.get(fid)
    return id === undefined ? null : this.get(id)
  }

  /** Iterate over all loaded annotations as the person sees them. */
  values(): Iterable<Annotation> {
    return this.#visible.values()
  }

  /** Return the stored version of an annotation, without what waits. */
  stored(id: Id): Annotation | null {
    return this.#stored.get(id) ?? null
  }

  /** Return the change sets that wait, oldest first. */
  get waiting(): readonly ChangeSet[] {
    return this.#waiting
  }

  /** Say whether a document has changes that wait. */
  isWaiting(id: Id): boolean {
    this.#waitingIds ??= new Set(this.#waiting.flatMap((set) => set.changes.map(Change.idOf)))
    return this.#waitingIds.has(id)
  }

  /** Show a change set at once; it waits until it is settled or replaced. */
  apply(set: ChangeSet): Delta {
    this.#waiting.push(set)
    return this.#recompute(set.changes.map(Change.idOf))
  }

  /** Take the server's answer to a waiting change set: from now on these versions are stored. */
  settle(clientId: Id, written: Written): Delta {
    const index = this.#waiting.findIndex((set) => set.client_id === clientId)
    const settled = index < 0 ? [] : this.#waiting.splice(index, 1)
    const ids = settled.flatMap((set) => set.changes.map(Change.idOf))
    return this.#recompute([...ids, ...this.#store(written)])
  }

  /** Replace a waiting change set by one with other bases, or take it away when `by` is null. */
  replace(clientId: Id, by: ChangeSet | null): Delta {
    const index = this.#waiting.findIndex((set) => set.client_id === clientId)
    if (index < 0) return { put: [], removed: [] }
    const [old] = by ? this.#waiting.splice(index, 1, by) : this.#waiting.splice(index, 1)
    return this.#recompute([...old!.changes, ...(by?.changes ?? [])].map(Change.idOf))
  }

  /** Take stored versions: read from the server, or somebody else's change. Older ones than known are ignored. */
  receive(written: Written): Delta {
    return this.#recompute(this.#store(written))
  }

  /** Forget loaded annotations that nobody needs; those that wait stay. */
  forget(ids: Iterable<Id>): void {
    for (const id of ids) {
      if (this.isWaiting(id)) continue
      const stored = this.#stored.get(id)
      if (stored) this.#idsByFid.delete(stored.fid)
      this.#stored.delete(id)
      this.#visible.delete(id)
    }
    this.version.value++
  }

  /** Call `listener` after every step that changed something; returns what ends it. */
  subscribe(listener: (delta: Delta) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #store(written: Written): Id[] {
    const ids: Id[] = []
    for (const document of written.documents) {
      const known = this.#stored.get(document.id)
      if (known && known.revision >= document.revision) continue
      this.#stored.set(document.id, document)
      if (document.fid > 0) this.#idsByFid.set(document.fid, document.id)
      ids.push(document.id)
    }
    for (const id of written.deleted) if (this.#stored.delete(id)) ids.push(id)
    return ids
  }

  /** Work out anew what a person sees of some documents, and tell everybody what differs. */
  #recompute(ids: readonly Id[]): Delta {
    const [put, removed]: [Annotation[], Annotation[]] = [[], []]
    this.#waitingIds = null
    this.waitingVersion.value++
    const asked = new Set(ids)
    const waiting = this.#effectOfWaiting(asked)
    for (const id of asked) {
      const before = this.#visible.get(id)
      const after = waiting.has(id) ? waiting.get(id)! : (this.#stored.get(id) ?? null)
      if (after) {
        this.#visible.set(id, after)
        put.push(after)
      } else if (before) {
        this.#visible.delete(id)
        removed.push(before)
      }
    }
    const delta = { put, removed }
    if (put.length || removed.length) {
      for (const listener of this.#listeners) listener(delta)
      this.version.value++ // last: who follows the signal reads what the listeners have kept in step
    }
    return delta
  }

  /** Return what the waiting change sets make of each of these documents; null = deleted. */
  #effectOfWaiting(asked: ReadonlySet<Id>): Map<Id, Annotation | null> {
    const effect = new Map<Id, Annotation | null>()
    for (const set of this.#waiting)
      for (const change of set.changes) {
        const id = Change.idOf(change)
        if (!asked.has(id)) continue
        if (change.op === 'put' && change.document.kind === 'annotation')
          effect.set(id, this.#numbered(change.document as Annotation))
        if (change.op === 'delete') effect.set(id, null)
      }
    return effect
  }

  /** Return a waiting document with the number and revision that the store has given it meanwhile. */
  #numbered(document: Annotation): Annotation {
    const stored = this.#stored.get(document.id)
    return stored ? { ...document, fid: stored.fid, revision: stored.revision } : document
  }
}
