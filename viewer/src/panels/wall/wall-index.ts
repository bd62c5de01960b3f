import { computed, signal } from '@preact/signals'
import type { Annotation, ReviewState } from '../../model/annotation'
import { Expression } from '../../model/expression'
import type { Id } from '../../model/id'
import type { LabelClass } from '../../model/ontology'
import { Placement } from '../../shapes/placement'
import { factsOf } from '../objects/facts'
import { withWords } from '../objects/use-filtered'
import type { Workbench } from '../workbench'
import { Card, type SortKey } from './card'

const PAGE = 2000

/** Which objects hang on the wall, and in which order. */
export interface WallQuery {
  /** Slug of their class; null = all. */
  readonly label: string | null
  /** `open` = nobody has accepted or rejected it. */
  readonly state: ReviewState | 'open' | null
  /** Words, or an expression. */
  readonly words: string
  readonly sort: SortKey
  readonly isDescending: boolean
}

/**
 * The objects of a scene that hang on the wall, read page by page and kept in step with what changes.
 *
 * What was read stays where it is, although it may no longer fit after it was changed: nobody loses their place. Asking
 * anew puts that right.
 */
export class WallIndex {
  readonly cards = signal<readonly Card[]>([])
  readonly isReading = signal(false)
  /** Objects looked at so far. */
  readonly n = signal(0)
  /** How many have been accepted or rejected. */
  readonly nReviewed = computed(() =>
    this.cards.value.reduce((n, card) => n + Number(Card.isReviewed(card)), 0),
  )
  readonly #bench: Workbench
  readonly #gone = new Map<Id, Card>()
  readonly #end: () => void
  #reading = new AbortController()

  constructor(bench: Workbench) {
    this.#bench = bench
    this.#end = bench.session.labels.subscribe(({ put, removed }) => this.#follow(put, removed))
  }

  /**
   * Read what a query asks for, and forget what was read before.
   *
   * @throws ExpressionProblem where its line cannot be read
   */
  async read(query: WallQuery): Promise<void> {
    const test = this.#testOf(query)
    this.#reading.abort()
    this.#reading = new AbortController()
    const given = this.#reading.signal
    const { session } = this.#bench
    const place = this.#bench.place.peek()
    this.cards.value = []
    this.n.value = 0
    this.#gone.clear()
    if (!place) return
    this.isReading.value = true
    try {
      const placement = new Placement(place.frame.id, session.api.transform)
      const all: Card[] = []
      for (let after: number | null = 0, sorted = 0; after !== null; ) {
        const label = query.label === null ? {} : { label: [query.label] }
        const page = await session.api.annotations({ after, limit: PAGE, ...label }, given)
        const seen = page.annotations.map((a) => session.labels.get(a.id) ?? a)
        const fitting = await test(seen)
        await placement.prepare(fitting)
        if (given.aborted) return
        for (const a of fitting) {
          const card = Card.of(a, placement.shown(a), place)
          if (card) all.push(card)
        }
        after = page.next
        this.n.value += page.annotations.length
        // a first look at once, then each time that twice as many are there
        if (after !== null && all.length < 2 * sorted) continue
        sorted = all.length
        this.cards.value = this.#sorted(all, query)
      }
    } catch (error) {
      if (!given.aborted) throw error
    } finally {
      if (!given.aborted) this.isReading.value = false
    }
  }

  /** Put what is there in another order. */
  sort(query: WallQuery): void {
    this.cards.value = this.#sorted(this.cards.peek(), query)
  }

  close(): void {
    this.#reading.abort()
    this.#end()
  }

  #sorted(cards: readonly Card[], { sort, isDescending }: WallQuery): readonly Card[] {
    const classes = this.#bench.session.ontology.peek().classes as readonly LabelClass[]
    const ranks = new Map(classes.map(({ slug }, i) => [slug, i]))
    return cards.toSorted(Card.order(sort, isDescending, ranks))
  }

  #testOf({ state, words }: WallQuery): (page: readonly Annotation[]) => Promise<readonly Annotation[]> {
    const { session } = this.#bench
    const expression = Expression.isMeant(words) ? Expression.parse(words) : null
    const isInState = (a: Annotation) =>
      state === null ||
      (state === 'open' ? a.state === 'draft' || a.state === 'submitted' : a.state === state)
    return async (page) => {
      const inState = page.filter(isInState)
      if (!expression) return withWords(this.#bench, inState, words)
      const facts = await factsOf(session, inState, expression.isAboutSize)
      return facts.filter(expression.test).map(({ annotation }) => annotation)
    }
  }

  #follow(put: readonly Annotation[], removed: readonly Annotation[]): void {
    const cards = this.cards.peek()
    const newer = new Map(put.map((a) => [a.id, a]))
    const dead = new Set(removed.map((a) => a.id))
    let isOther = false
    const next = cards.flatMap((card) => {
      if (dead.has(card.id)) {
        this.#gone.set(card.id, card)
        isOther = true
        return []
      }
      const annotation = newer.get(card.id)
      if (!annotation) return card
      isOther = true
      return this.#renewed(card, annotation)
    })
    // what was deleted here and is back, by undo
    for (const annotation of put) {
      const card = this.#gone.get(annotation.id)
      if (!card) continue
      this.#gone.delete(annotation.id)
      next.push(this.#renewed(card, annotation))
      isOther = true
    }
    if (isOther) this.cards.value = next
  }

  /** Return the card of a newer version; a shape of another frame keeps its outline until it is asked for anew. */
  #renewed(card: Card, annotation: Annotation): Card {
    const place = this.#bench.place.peek()
    const isHere = place !== null && annotation.geometry?.frame === place.frame.id
    const made = isHere ? Card.of(annotation, annotation.geometry, place) : null
    return { ...card, ...made, ...Card.facts(annotation), chance: card.chance }
  }
}
