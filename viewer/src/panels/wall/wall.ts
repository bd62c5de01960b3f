import { computed, effect, signal } from '@preact/signals'
import { sentenceOf } from '../../api/problem'
import { ExpressionProblem } from '../../model/expression'
import type { Id } from '../../model/id'
import type { Workbench } from '../workbench'
import type { Card } from './card'
import { WallIndex, type WallQuery } from './wall-index'

const PLACE = 'geo3d.wall'
/** Objects that are asked for by id at once. */
const MOST_ASKED = 500
/** A person types: what is asked waits for a moment of rest, milliseconds. */
const REST_MS = 200

/** Limits of what a person may set. */
export const SIZE = { least: 64, most: 320, step: 16 } as const
export const MARGIN = { least: 0, most: 2, step: 0.05 } as const

const FIRST: WallQuery = { label: null, state: null, words: '', sort: 'number', isDescending: false }

/** How the cards stand, for the keys. */
export interface WallLayout {
  readonly columns: number
  /** Rows that are seen at once. */
  readonly rows: number
}

/** The wall of crops of one scene: what hangs on it, which of it is chosen, what is done to that. */
export class Wall {
  readonly index: WallIndex
  readonly query = signal<WallQuery>(FIRST)
  /** Why the filter cannot be read. */
  readonly problem = signal<string | null>(null)
  /** Screen pixels of a crop. */
  readonly size = signal(128)
  /** What is seen around an object, as a part of its extent. */
  readonly margin = signal(0.3)
  /** The card that the keys move on from. */
  readonly cursor = signal<Id | null>(null)
  readonly layout = signal<WallLayout>({ columns: 1, rows: 1 })
  /** Where the wall was scrolled to, pixels. */
  scrolled = 0
  /** Words that were given as tags, newest first. */
  readonly knownTags = signal<readonly string[]>([])
  readonly isTagging = signal(false)
  readonly #places = computed(() => new Map(this.index.cards.value.map((card, i) => [card.id, i])))
  readonly #bench: Workbench
  readonly #ends: (() => void)[] = []
  #anchor: Id | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(bench: Workbench, storage: Pick<Storage, 'getItem' | 'setItem'> | null) {
    this.#bench = bench
    this.index = new WallIndex(bench)
    this.#load(storage)
    this.#ends.push(
      effect(() => {
        const kept = JSON.stringify({ size: this.size.value, margin: this.margin.value })
        try {
          storage?.setItem(PLACE, kept)
        } catch {
          // a full or forbidden storage: it holds until the page is left
        }
      }),
    )
  }

  /** Read what hangs on it, as the scene is now. */
  read(): void {
    clearTimeout(this.#timer)
    this.problem.value = null
    this.index.read(this.query.peek()).catch((error) => {
      if (error instanceof ExpressionProblem)
        this.problem.value = `${error.message} (character ${error.at + 1})`
      else this.problem.value = sentenceOf(error)
    })
  }

  /** Hang other objects, or the same in another order. */
  ask(change: Partial<WallQuery>): void {
    const before = this.query.peek()
    const query = { ...before, ...change }
    this.query.value = query
    if (query.words !== before.words) {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.read(), REST_MS)
    } else if (query.label !== before.label || query.state !== before.state) this.read()
    else this.index.sort(query)
  }

  /** Return where a card stands; -1 = it does not hang. */
  placeOf(id: Id | null): number {
    return id === null ? -1 : (this.#places.value.get(id) ?? -1)
  }

  /** Choose a card: alone, with all from the last one to it, or beside what is chosen. */
  choose(id: Id, how: 'one' | 'range' | 'toggle'): void {
    const { selection } = this.#bench.session
    this.cursor.value = id
    if (how === 'range') {
      const [a, b] = [this.placeOf(this.#anchor ?? id), this.placeOf(id)].toSorted((x, y) => x - y)
      this.chooseAll(this.index.cards.peek().slice(Math.max(0, a!), b! + 1))
      return
    }
    this.#anchor = id
    if (how === 'toggle') selection.toggle(id)
    else selection.set(id)
    void this.#need([id])
  }

  /** Choose cards, in place of or beside what is chosen. */
  chooseAll(cards: readonly Card[], isMore = false): void {
    const { selection } = this.#bench.session
    const ids = cards.map(({ id }) => id)
    selection.set(...(isMore ? selection.ids.peek() : []), ...ids)
    void this.#need(ids)
  }

  /** Move the cursor by cards; with Shift everything on the way is chosen. */
  step(by: number, isRange = false): void {
    const cards = this.index.cards.peek()
    const at = this.placeOf(this.cursor.peek())
    const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + by))]
    if (next) this.choose(next.id, isRange ? 'range' : 'one')
  }

  /** Do something to what is chosen once it is loaded; where that is one card, the next one is chosen then. */
  async act(work: (ids: readonly Id[]) => void, isMovingOn = false): Promise<void> {
    const { selection } = this.#bench.session
    const ids = selection.ids.peek()
    if (!ids.length)
      return this.#bench.toasts.tell('Choose objects first: click one, or drag around several.')
    if (!(await this.#need(ids))) return
    const at = this.placeOf(ids[0]!)
    const next = ids.length === 1 ? this.index.cards.peek()[at + 1] : undefined
    work(ids)
    if (isMovingOn && next && at >= 0) this.choose(next.id, 'one')
  }

  /** Give what is chosen a tag; where all of it has the tag, take it away. */
  tag(word: string): void {
    const tag = word.trim()
    if (!tag) return
    this.knownTags.value = [tag, ...this.knownTags.peek().filter((known) => known !== tag)].slice(0, 12)
    void this.act((ids) => this.#bench.session.editor.tag(ids, tag))
  }

  /** Load an object, so that the map can show it. */
  async loaded(id: Id): Promise<boolean> {
    return this.#need([id])
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const end of this.#ends) end()
    this.index.close()
  }

  /** Load those objects that are not: what is changed has to be known in full; false = it could not be. */
  async #need(ids: readonly Id[]): Promise<boolean> {
    const { session, toasts } = this.#bench
    const missing = ids.filter((id) => !session.labels.get(id))
    try {
      for (let i = 0; i < missing.length; i += MOST_ASKED) {
        const asked = missing.slice(i, i + MOST_ASKED)
        const { annotations } = await session.api.annotations({ ids: asked, limit: MOST_ASKED })
        session.labels.receive({ documents: annotations, deleted: [] })
      }
      return true
    } catch (error) {
      toasts.error(error)
      return false
    }
  }

  #load(storage: Pick<Storage, 'getItem'> | null): void {
    try {
      const kept = JSON.parse(storage?.getItem(PLACE) ?? '{}') as { size?: unknown; margin?: unknown }
      if (typeof kept.size === 'number')
        this.size.value = Math.min(SIZE.most, Math.max(SIZE.least, kept.size))
      if (typeof kept.margin === 'number')
        this.margin.value = Math.min(MARGIN.most, Math.max(MARGIN.least, kept.margin))
    } catch {
      // what was kept cannot be read: it is as for a new person
    }
  }
}
