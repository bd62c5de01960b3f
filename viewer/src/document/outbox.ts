import { computed, signal } from '@preact/signals-core'
import { Problem, Unreachable } from '../api/problem'
import type { Annotation } from '../model/annotation'
import { Change, type ChangeSet } from '../model/change'
import type { Id } from '../model/id'
import type { Drawer } from './drawer'
import type { Labels, Written } from './labels'

/** What the person is told about their work, always visible. */
export type SyncState =
  | { readonly kind: 'saved'; readonly at: Date | null }
  | { readonly kind: 'saving'; readonly n: number }
  | { readonly kind: 'offline'; readonly n: number }
  | { readonly kind: 'conflict'; readonly n: number }

/** A change set that met a newer version: a person has to choose. */
export interface ConflictCase {
  readonly set: ChangeSet
  /** The newer version of each document that differs; null = somebody deleted it. */
  readonly current: ReadonlyMap<Id, Annotation | null>
}

/** What the outbox needs from around it. */
export interface OutboxPorts {
  /** Send one change set. Rejects with `Problem` (refused) or `Unreachable` (try again). */
  send(set: ChangeSet): Promise<Written>
  /** Tell the person that work was refused for good and taken back. */
  refused(set: ChangeSet, problem: Problem): void
  /** Run `work` after some milliseconds; returns what cancels it. */
  later(work: () => void, ms: number): () => void
}

const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 15000

/**
 * Sends waiting change sets, one after the other, and keeps them until the server has answered.
 *
 * A lost connection is retried with the same client id, so nothing is applied twice. A conflict stops the line until a
 * person has chosen. A refusal takes the change set back and says why.
 */
export class Outbox {
  readonly conflict = signal<ConflictCase | null>(null)
  readonly state = computed<SyncState>(() => {
    const n = this.#n.value
    if (this.conflict.value) return { kind: 'conflict', n }
    if (this.#isOffline.value) return { kind: 'offline', n }
    return n > 0 ? { kind: 'saving', n } : { kind: 'saved', at: this.#savedAt.value }
  })

  readonly #n = signal(0)
  readonly #isOffline = signal(false)
  readonly #savedAt = signal<Date | null>(null)
  readonly #scene: Id
  readonly #labels: Labels
  readonly #drawer: Drawer
  readonly #ports: OutboxPorts
  #isSending = false
  /** Steps that the server is asked for, or will be. */
  #nSteps = 0
  #retryMs = FIRST_RETRY_MS
  #cancelRetry: () => void = () => {}
  #idle: (() => void)[] = []

  constructor(scene: Id, labels: Labels, drawer: Drawer, ports: OutboxPorts) {
    this.#scene = scene
    this.#labels = labels
    this.#drawer = drawer
    this.#ports = ports
  }

  /** Take up what an earlier visit could not send. */
  async restore(): Promise<void> {
    for (const set of await this.#drawer.load(this.#scene)) this.#labels.apply(set)
    this.#count()
    void this.#flush()
  }

  /** Show a change set and send it when its turn comes. */
  push(set: ChangeSet): void {
    this.#labels.apply(set)
    this.#count()
    void this.#drawer.keep(this.#scene, set)
    void this.#flush()
  }

  /** Take back the newest change set that was not sent yet; null where all were. */
  async pop(): Promise<ChangeSet | null> {
    const waiting = this.#labels.waiting
    const newest = waiting.at(-1)
    if (!newest || (this.#isSending && waiting.length === 1)) return null
    await this.#withdraw(newest.client_id)
    return newest
  }

  /** Try again now: the connection is back, or a person asks. */
  wake(): void {
    this.#retryMs = FIRST_RETRY_MS
    void this.#flush()
  }

  /** Say that the connection is known to be lost; sending will find out when it is back. */
  lost(): void {
    this.#isOffline.value = true
  }

  /** Say that the server was heard of. */
  heard(): void {
    if (!this.#isOffline.value) return
    this.#isOffline.value = false
    this.wake()
  }

  /** Resolve when nothing waits any more (or a person or the network is needed first: false). */
  async flushed(): Promise<boolean> {
    void this.#flush()
    while (this.#isSending) await this.#answered()
    return this.#labels.waiting.length === 0
  }

  /**
   * Ask the server for a step that it works out itself, such as an undo, between two change sets: nothing else is sent
   * meanwhile, and what the person does meanwhile is put on top of the answer.
   *
   * @returns False where waiting change sets need a person or the network first: then nothing was asked.
   */
  async step(ask: () => Promise<Written>): Promise<boolean> {
    this.#nSteps++
    this.#count()
    try {
      void this.#flush()
      while (this.#isSending) await this.#answered()
      if (this.#labels.waiting.length) return false
      this.#isSending = true
      try {
        const written = await ask()
        this.#labels.receive(written)
        await this.#rebase(written, (_, base, now) => base !== null && (base < now || now === 0))
      } finally {
        this.#release()
      }
      return true
    } finally {
      this.#nSteps--
      this.#count()
      void this.#flush()
    }
  }

  /** Settle a conflict: `mine` goes over the newer version, `theirs` drops my change to those documents. */
  async resolve(choice: 'mine' | 'theirs'): Promise<void> {
    const found = this.conflict.value
    if (!found) return
    const documents = [...found.current.values()].filter((version) => version !== null)
    const deleted = [...found.current].filter(([, version]) => version === null).map(([id]) => id)
    this.#labels.receive({ documents, deleted })
    for (const set of [...this.#labels.waiting]) {
      const changes = set.changes.flatMap((change) => rebased(change, found.current, choice))
      await this.#replace(set, changes)
    }
    this.conflict.value = null
    void this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#isSending || this.conflict.value) return
    this.#isSending = true
    this.#cancelRetry()
    try {
      for (let set = this.#labels.waiting[0]; set; set = this.#labels.waiting[0])
        if (!(await this.#sendOne(set))) break
    } finally {
      this.#release()
    }
  }

  /** Resolve when what is being sent now is answered; who waits has to look again whether somebody else was faster. */
  #answered(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #release(): void {
    this.#isSending = false
    this.#count()
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #count(): void {
    this.#n.value = this.#labels.waiting.length + this.#nSteps
  }

  /** Send the oldest; false = stop for now. */
  async #sendOne(set: ChangeSet): Promise<boolean> {
    try {
      const written = await this.#ports.send(set)
      this.#labels.settle(set.client_id, written)
      void this.#drawer.drop(this.#scene, set.client_id) // sent twice it would be stored once
      await this.#follow(set, written)
      this.#isOffline.value = false
      this.#retryMs = FIRST_RETRY_MS
      this.#savedAt.value = new Date()
      this.#count()
      return true
    } catch (error) {
      return this.#failed(set, error)
    }
  }

  async #failed(set: ChangeSet, error: unknown): Promise<boolean> {
    if (error instanceof Problem && error.kind === 'conflict') {
      this.conflict.value = { set, current: currentOf(error) }
      return false
    }
    if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429) {
      await this.#withdraw(set.client_id)
      this.#ports.refused(set, error)
      return true
    }
    if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error
    this.#isOffline.value = true
    this.#cancelRetry = this.#ports.later(() => void this.#flush(), this.#retryMs)
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
    return false
  }

  /** Later change sets of one's own build on what was just stored: their bases follow it. */
  #follow(sent: ChangeSet, written: Written): Promise<void> {
    const seen = new Map(sent.changes.map((change) => [Change.idOf(change), baseOf(change)]))
    return this.#rebase(written, (id, base) => seen.get(id) === base)
  }

  /**
   * Put waiting changes on top of what was just written.
   *
   * @param isOnTop Says of a change's document and base, and of the revision written (0 = deleted), whether the change
   *   was made on what that replaced.
   */
  async #rebase(
    written: Written,
    isOnTop: (id: Id, base: number | null, now: number) => boolean,
  ): Promise<void> {
    const now = new Map<Id, number>(written.deleted.map((id) => [id, 0]))
    for (const document of written.documents) now.set(document.id, document.revision)
    for (const set of [...this.#labels.waiting]) {
      const changes = set.changes.map((change) => {
        const revision = now.get(Change.idOf(change))
        const isMoved =
          'base' in change && revision !== undefined && isOnTop(Change.idOf(change), change.base, revision)
        return isMoved ? { ...change, base: revision } : change
      })
      if (changes.some((change, i) => change !== set.changes[i])) await this.#replace(set, changes)
    }
  }

  async #replace(set: ChangeSet, changes: readonly Change[]): Promise<void> {
    if (!changes.length) return this.#withdraw(set.client_id)
    const next = { ...set, changes }
    this.#labels.replace(set.client_id, next)
    await this.#drawer.keep(this.#scene, next)
  }

  async #withdraw(clientId: Id): Promise<void> {
    this.#labels.replace(clientId, null)
    this.#count()
    await this.#drawer.drop(this.#scene, clientId)
  }
}

function baseOf(change: Change): number | null {
  return 'base' in change ? change.base : null
}

/** Return the newer versions that a conflict carries; the server sends each as JSON or as its text. */
function currentOf(problem: Problem): ReadonlyMap<Id, Annotation | null> {
  const current = (problem.details.current ?? {}) as { [id: Id]: Annotation | string | null }
  return new Map(
    Object.entries(current).map(([id, version]) => [
      id,
      typeof version === 'string' ? (JSON.parse(version) as Annotation) : version,
    ]),
  )
}

/** Return a change as the person chose: over the newer version, or not at all. */
function rebased(
  change: Change,
  current: ReadonlyMap<Id, Annotation | null>,
  choice: 'mine' | 'theirs',
): readonly Change[] {
  const id = Change.idOf(change)
  if (!('base' in change) || !current.has(id)) return [change]
  if (choice === 'theirs') return []
  const newer = current.get(id) ?? null
  if (newer === null && change.op === 'delete') return []
  return [{ ...change, base: newer?.revision ?? 0 }]
}
