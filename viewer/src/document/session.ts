import { batch, computed, effect, type Signal, signal } from '@preact/signals-core'
import type { CommitReply, SessionInfo } from '../api/client'
import { Problem } from '../api/problem'
import { projectApi } from '../api/project'
import { type SceneApi, sceneApi } from '../api/scene'
import type { Annotation, ReviewState } from '../model/annotation'
import { Change, ChangeSet } from '../model/change'
import type { Id } from '../model/id'
import { type LabelClass, Ontology } from '../model/ontology'
import type { Layer } from '../model/paint'
import type { Project, Scene } from '../model/scene'
import { Cells } from './cells'
import type { Drawer } from './drawer'
import { Editor } from './editor'
import { Guard } from './guard'
import { History } from './history'
import { Labels, type Written } from './labels'
import { Outbox } from './outbox'
import { Refusals } from './refusals'
import { Selection } from './selection'

/** Counts that nobody has asked for yet. */
const EMPTY = {}

/** Annotations asked for by id in one question: their ids stand in its address. */
const MOST_ASKED = 500

/** How often a change of a class is put over somebody else's before the person is told. */
const MOST_ATTEMPTS = 5

/** What a session needs from around it. */
export interface SessionGiven {
  readonly actor: SessionInfo
  readonly scene: Scene
  readonly project: Project
  /** Revision of the scene's labels when it was opened. */
  readonly revision: number
  readonly drawer: Drawer
  /** Painted layers of the scene. */
  readonly layers?: readonly Layer[]
  readonly api?: SceneApi
  /** Where is kept what the person has locked and hidden; none = nowhere. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'> | null
  /** Tell the person that work was refused and taken back. */
  refused(set: ChangeSet, problem: Problem): void
  /** Tell the person why something was not done, or not to all. */
  tell?(sentence: string): void
}

/**
 * One open scene: its document, who works in it, what is chosen. Everything a panel or a tool reads is a signal here;
 * two sessions on one page share nothing.
 */
export class Session {
  readonly id: Id
  readonly actor: SessionInfo
  readonly scene: Signal<Scene>
  readonly project: Signal<Project>
  readonly ontology = computed(() => this.project.value.ontology)
  /** Newest revision of the scene that this page has heard of. */
  readonly revision: Signal<number>
  /** Annotations per class slug, in the whole scene. */
  readonly counts = signal<{ readonly [slug: string]: number }>(EMPTY)
  /** Annotations per state of review, in the whole scene. */
  readonly states = signal<{ readonly [state in ReviewState]?: number }>({})
  readonly labels = new Labels()
  /** Painted layers as the person sees them, oldest first. */
  readonly layers = computed<readonly Layer[]>(() => {
    void this.labels.waitingVersion.value
    return withWaiting(this.#layers.value, this.labels.waiting)
  })
  readonly selection = new Selection()
  readonly outbox: Outbox
  /** What the server would not take. */
  readonly refusals: Refusals
  readonly history: History
  readonly editor: Editor
  /** The work grid. */
  readonly cells: Cells
  /** What this person has locked and hidden. */
  readonly guard: Guard
  readonly tell: (sentence: string) => void
  readonly api: SceneApi
  /** Counts the commits that cannot be told one by one: what is drawn from the server has to be drawn anew. */
  readonly bulk = signal(0)

  /** Called with every commit that this page hears of, before what it wrote is shown. */
  readonly #listeners = new Set<(commit: CommitReply) => void>()
  readonly #layers: Signal<readonly Layer[]>
  readonly #chosen = signal<string | null>(null)
  /** The class that is drawn with. */
  readonly chosen = computed<LabelClass | null>(() => {
    const active = Ontology.active(this.ontology.value)
    return active.find((c) => c.slug === this.#chosen.value) ?? active[0] ?? null
  })
  readonly #ends: (() => void)[] = []
  /** Client ids of what this page has sent: the feed tells of it once more. */
  readonly #sent = new Set<Id>()
  #changing: Promise<void> = Promise.resolve()
  #countsTimer: ReturnType<typeof setTimeout> | undefined

  constructor(given: SessionGiven) {
    this.id = given.scene.id
    this.actor = given.actor
    this.scene = signal(given.scene)
    this.project = signal(given.project)
    this.revision = signal(given.revision)
    this.#layers = signal(given.layers ?? [])
    this.api = given.api ?? sceneApi(given.scene.id)
    this.refusals = new Refusals(this.id, given.drawer)
    this.outbox = new Outbox(this.id, this.labels, given.drawer, {
      send: (set) => this.send(set),
      refused: (set, problem) => {
        this.refusals.add(set, problem.message)
        given.refused(set, problem)
      },
      later: (work, ms) => {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
    })
    this.history = new History(this.outbox, async (direction, clientId, force) => {
      this.#sent.add(clientId)
      const commit = await this.api.step(direction, clientId, force)
      return commit.is_bulk ? this.#bulkWritten(commit, this.#loaded()) : this.#taken(commit)
    })
    this.guard = new Guard(this.id, given.storage)
    this.tell = (sentence) => given.tell?.(sentence)
    this.cells = new Cells(this)
    this.editor = new Editor(this)
    this.#ends.push(() => this.guard.close())
    this.#ends.push(
      this.labels.subscribe(({ removed }) => this.selection.drop(new Set(removed.map((a) => a.id)))),
    )
    this.#ends.push(effect(() => this.#count(this.revision.value)))
  }

  /** Send a change set, and take what it wrote. */
  async send(set: ChangeSet): Promise<Written> {
    this.#sent.add(set.client_id)
    const commit = await this.cells.leaving(set, (sent) => this.api.send(sent))
    return commit.is_bulk ? this.#bulkWritten(commit, set.changes.map(Change.idOf)) : this.#taken(commit)
  }

  /** Draw with another class. */
  choose(slug: string): void {
    this.#chosen.value = slug
  }

  /** Take a commit that the feed tells of: one's own, or somebody else's. */
  receive(commit: CommitReply): void {
    if (!commit.is_bulk) return void this.labels.receive(this.#taken(commit))
    if (this.#sent.has(commit.client_id)) return // whoever sent it reads what it wrote
    void this.#bulkWritten(commit, this.#loaded()).then(
      (written) => this.labels.receive(written),
      () => {}, // the connection is lost: the feed tells to reload when it is back
    )
  }

  /** Take what others wrote while this page was not told: everything loaded is read again. */
  async reload(revision: number): Promise<void> {
    this.labels.receive(await this.#read(this.#loaded()))
    this.scene.value = await this.api.get()
    this.#layers.value = await this.api.layers()
    batch(() => {
      this.revision.value = Math.max(this.revision.value, revision)
      this.bulk.value++
    })
  }

  /** Take the project as it is now: somebody changed its classes or people. */
  async refreshProject(revision = Infinity): Promise<void> {
    if (revision <= this.project.peek().revision) return
    const found = await projectApi.get()
    // an answer that took long may be older than what has come meanwhile
    if (found.revision >= this.project.peek().revision) this.project.value = found
  }

  /** Take the scene document as it is now: a file was added or changed. */
  async refreshScene(): Promise<void> {
    this.scene.value = await this.api.get()
  }

  /**
   * Change a class of the ontology: another name, colour, attributes. Changes are sent one after the other.
   *
   * @param edit Makes the new class of the newest one; asked again where somebody else was faster. What it throws ends
   *   the change.
   */
  changeClass(slug: string, message: string, edit: (newest: LabelClass) => LabelClass): Promise<void> {
    const change = this.#changing.then(() => this.#changeClass(slug, message, edit))
    this.#changing = change.catch(() => {})
    return change
  }

  /** Call `listener` with every commit that this page hears of; returns what ends it. */
  onCommit(listener: (commit: CommitReply) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** End everything that this session started. */
  close(): void {
    clearTimeout(this.#countsTimer)
    for (const end of this.#ends) end()
  }

  async #changeClass(slug: string, message: string, edit: (newest: LabelClass) => LabelClass): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const before = this.project.peek()
      const newest = Ontology.get(before.ontology, slug)
      const changed = newest && edit(newest)
      if (!changed || changed === newest) return
      const after = { ...before, ontology: Ontology.withClass(before.ontology, changed) }
      this.project.value = after // seen at once; the server's answer replaces it
      const set = ChangeSet.make(this.actor.id ?? '', message, [
        { ...Change.put(after), base: before.revision },
      ])
      try {
        const { documents } = await projectApi.send(set)
        const stored = documents.find(({ kind }) => kind === 'project')
        if (stored) this.project.value = stored as Project
        return
      } catch (error) {
        if (this.project.peek() === after) this.project.value = before
        if (!(error instanceof Problem && error.kind === 'conflict') || attempt === MOST_ATTEMPTS) throw error
        await this.refreshProject()
      }
    }
  }

  #loaded(): readonly Id[] {
    return [...this.labels.values()].map((a) => a.id)
  }

  /** Read annotations anew; those that are not there any more are deleted. */
  async #read(ids: readonly Id[]): Promise<Written> {
    const documents: Annotation[] = []
    for (let i = 0; i < ids.length; i += MOST_ASKED) {
      const asked = ids.slice(i, i + MOST_ASKED)
      documents.push(...(await this.api.annotations({ ids: asked, limit: MOST_ASKED })).annotations)
    }
    const found = new Set(documents.map((a) => a.id))
    return { documents, deleted: ids.filter((id) => !found.has(id)) }
  }

  /** Return what a commit wrote that is too large to tell it itself, of these documents. */
  async #bulkWritten(commit: CommitReply, ids: readonly Id[]): Promise<Written> {
    const written = await this.#read(ids)
    this.#layers.value = await this.api.layers()
    this.#taken(commit)
    return written
  }

  /** Take note of a commit and return what it wrote. */
  #taken(commit: CommitReply): Written {
    const documents: Annotation[] = []
    for (const listener of this.#listeners) listener(commit)
    this.#takeLayers(commit)
    for (const document of commit.documents) {
      if (document.kind === 'annotation') documents.push(document as Annotation)
      if (document.kind === 'scene') this.scene.value = document as Scene
    }
    batch(() => {
      this.revision.value = Math.max(this.revision.value, commit.revision)
      if (commit.is_bulk) this.bulk.value++
    })
    const deleted = commit.deleted.filter(({ kind }) => kind === 'annotation').map(({ id }) => id)
    return { documents, deleted }
  }

  #takeLayers({ documents, deleted }: CommitReply): void {
    const put = documents.filter(({ kind }) => kind === 'layer') as readonly Layer[]
    const gone = deleted.filter(({ kind }) => kind === 'layer').map(({ id }) => id)
    if (!put.length && !gone.length) return
    const layers = new Map(this.#layers.peek().map((layer) => [layer.id, layer]))
    for (const layer of put)
      if (layer.revision >= (layers.get(layer.id)?.revision ?? 0)) layers.set(layer.id, layer)
    for (const id of gone) layers.delete(id)
    this.#layers.value = [...layers.values()]
  }

  /** Ask for the counts a moment after the newest revision; many commits in a row are one question. */
  #count(_revision: number): void {
    clearTimeout(this.#countsTimer)
    const ask = async () => {
      try {
        const { counts, states } = await this.api.counts()
        this.counts.value = counts
        this.states.value = states
      } catch {
        // the next commit asks again; a lost connection is told by the outbox
      }
    }
    this.#countsTimer = setTimeout(ask, this.counts.peek() === EMPTY ? 0 : 300)
  }
}

/** Return layers with what waits to be stored. */
function withWaiting(stored: readonly Layer[], waiting: readonly ChangeSet[]): readonly Layer[] {
  const layers = new Map(stored.map((layer) => [layer.id, layer]))
  for (const { changes } of waiting)
    for (const change of changes) {
      if (change.op === 'put' && change.document.kind === 'layer') {
        const revision = layers.get(change.document.id)?.revision ?? 0
        layers.set(change.document.id, { ...(change.document as Layer), revision })
      }
      if (change.op === 'delete' && change.kind === 'layer') layers.delete(change.id)
    }
  return [...layers.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
