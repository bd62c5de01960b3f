import { computed, signal } from '@preact/signals-core'
import { Problem } from '../api/problem'
import type { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import { Cell, type CellChange, type SceneStatus } from '../model/cell'
import { Change, ChangeSet } from '../model/change'
import type { Id } from '../model/id'
import type { Frame } from '../model/scene'
import type { Session } from './session'

/** The work grid of a scene: which cells there are, how far each is and who is in it. */
export class Cells {
  /** False while the person hides the grid. */
  readonly isVisible = signal(true)
  readonly #session: Session
  readonly #stored = signal<ReadonlyMap<Id, SceneStatus>>(new Map())
  /** In reading order. */
  readonly all = computed<readonly Cell[]>(() => {
    const frames = this.#session.scene.value.frames as readonly Frame[]
    const maps = new Set(frames.filter(({ kind }) => kind === 'map').map(({ id }) => id))
    return Cell.all(this.#stored.value.values(), (frame) => !maps.has(frame))
  })
  readonly nComplete = computed(() => this.all.value.filter(({ status }) => status === 'complete').length)
  /** The cell that this person works on; null = none. */
  readonly own = computed<Cell | null>(
    () => this.all.value.find((cell) => this.#isMine(cell) && cell.status !== 'complete') ?? null,
  )
  #sending: Promise<void> = Promise.resolve()

  constructor(session: Session) {
    this.#session = session
    session.onCommit(({ documents, deleted }) => {
      const stored = documents.filter(({ kind }) => kind === 'status') as readonly SceneStatus[]
      this.receive(
        stored,
        deleted.filter(({ kind }) => kind === 'status').map(({ id }) => id),
      )
    })
    let known = session.bulk.peek()
    session.bulk.subscribe((bulk) => {
      if (bulk !== known) void this.load().catch(() => {}) // a lost connection: the feed tells to reload when it is back
      known = bulk
    })
  }

  /** Read the cells of the scene. */
  async load(): Promise<void> {
    const found = await this.#session.api.statuses()
    this.#stored.value = new Map(found.map((status) => [status.id, status]))
  }

  /** Take statuses that were stored, and forget those that were deleted. Older ones than known are ignored. */
  receive(stored: readonly SceneStatus[], deleted: readonly Id[] = []): void {
    if (!stored.length && !deleted.length) return
    const next = new Map(this.#stored.peek())
    for (const status of stored)
      if (status.revision >= (next.get(status.id)?.revision ?? 0)) next.set(status.id, status)
    for (const id of deleted) next.delete(id)
    this.#stored.value = next
  }

  /**
   * Send a change set by a function. Where somebody has changed the cell that it starts meanwhile, what was drawn counts
   * all the same: the cell stays as it is.
   */
  async leaving<T>(set: ChangeSet, send: (set: ChangeSet) => Promise<T>): Promise<T> {
    try {
      return await send(set)
    } catch (error) {
      const others = set.changes.filter((change) => Change.kindOf(change) !== 'status')
      const isAboutCells = others.length > 0 && others.length < set.changes.length
      if (!isAboutCells || !(error instanceof Problem && error.kind === 'conflict')) throw error
      const current = (error.details.current ?? {}) as object
      if (others.some((change) => Change.idOf(change) in current)) throw error
      await this.load()
      return send({ ...set, changes: others })
    }
  }

  /** Return the cell that a position of a frame lies in. */
  at(frame: string, position: Position): Cell | null {
    return this.all.peek().find((cell) => cell.frame === frame && Cell.holds(cell, position)) ?? null
  }

  /** Return the next cell that is not complete and nobody else is in: after the one given, then from the first on. */
  next(after: Cell | null): Cell | null {
    const cells = this.all.peek()
    const from = after ? cells.findIndex(({ id }) => id === after.id) + 1 : 0
    return (
      [...cells.slice(from), ...cells.slice(0, from)].find(
        (cell) => cell.status !== 'complete' && (cell.actor === null || this.#isMine(cell)),
      ) ?? null
    )
  }

  /** Make the grid anew: these cells instead of those that there are. One step. */
  make(frame: string, cells: readonly Bounds[]): Promise<boolean> {
    const gone = this.all.peek().map(({ document }) => deletionOf(document))
    const made = cells.map((bounds): Change => putOf(Cell.make(this.#session.id, frame, bounds)))
    return this.#send(`Make a work grid of ${cells.length} cells`, [...gone, ...made])
  }

  /** Take the grid away. */
  remove(): Promise<boolean> {
    return this.#send(
      'Remove the work grid',
      this.all.peek().map(({ document }) => deletionOf(document)),
    )
  }

  /** Change cells in one step; false = it was not done, because somebody was faster. */
  change(message: string, changes: readonly (readonly [Cell, CellChange])[]): Promise<boolean> {
    return this.#send(
      message,
      changes.map(([{ document }, change]) => putOf({ ...document, ...change })),
    )
  }

  /** Return what goes with an object that is drawn at a position: the cell there is started. It is seen at once. */
  startedAt(frame: string, position: Position): readonly Change[] {
    const cell = this.at(frame, position)
    if (cell?.status !== 'untouched') return []
    const started: SceneStatus = { ...cell.document, status: 'started', actor: cell.actor ?? this.#actor }
    this.receive([started])
    return [putOf(started)]
  }

  get #actor(): Id | null {
    return this.#session.actor.id ?? null
  }

  #isMine({ actor }: Cell): boolean {
    return actor !== null && actor === this.#actor
  }

  /** Send a change set, after those before it: who takes a cell has to know that nobody else has. */
  #send(message: string, changes: readonly Change[]): Promise<boolean> {
    if (!changes.length) return Promise.resolve(true)
    const sent = this.#sending.then(() => this.#sendOne(message, changes))
    this.#sending = sent.then(
      () => {},
      () => {},
    )
    return sent
  }

  async #sendOne(message: string, changes: readonly Change[]): Promise<boolean> {
    const { outbox, tell } = this.#session
    await outbox.flushed()
    try {
      await this.#session.send(ChangeSet.make(this.#actor ?? '', message, changes))
      return true
    } catch (error) {
      if (!(error instanceof Problem && error.kind === 'conflict')) throw error
      await this.load()
      tell('Somebody else has just changed this cell. It is shown as it is now.')
      return false
    }
  }
}

function putOf(status: SceneStatus): Change {
  return { op: 'put', document: status, base: status.revision }
}

function deletionOf({ id, revision }: SceneStatus): Change {
  return { op: 'delete', kind: 'status', id, base: revision }
}
