import { signal } from '@preact/signals'
import type { Annotation } from '../../model/annotation'
import type { Expression } from '../../model/expression'
import type { Workbench } from '../workbench'
import { factsOf } from './facts'

const PAGE = 2000
/** Objects that can be chosen at once: all of them are loaded, some 2 kB each. */
const MOST_CHOSEN = 250_000

/** How a search goes. */
export interface SearchState {
  /** Objects looked at, and of how many. */
  readonly n: number
  readonly total: number
}

/** Looks through all objects of a scene, page by page, for those that an expression fits. */
export class Search {
  /** Null = none is under way. */
  readonly state = signal<SearchState | null>(null)
  readonly #bench: Workbench
  #isStopped = false

  constructor(bench: Workbench) {
    this.#bench = bench
  }

  /** Return the objects that fit, hidden ones too, at most 250,000; null where it was stopped. What waits to be sent counts as it is seen. */
  async run(expression: Expression): Promise<readonly Annotation[] | null> {
    const { session } = this.#bench
    const total = Object.values(session.counts.peek()).reduce((sum, n) => sum + n, 0)
    const found: Annotation[] = []
    this.state.value = { n: 0, total }
    try {
      for (let after: number | null = 0, n = 0; after !== null && found.length < MOST_CHOSEN; ) {
        const page = await session.api.annotations({ after, limit: PAGE })
        const seen = page.annotations.map((a) => session.labels.get(a.id) ?? a)
        const facts = await factsOf(session, seen, expression.isAboutSize)
        for (const fact of facts) if (expression.test(fact)) found.push(fact.annotation)
        if (this.#isStopped) return null
        n += page.annotations.length
        after = page.next
        this.state.value = { n, total: Math.max(n, total) }
      }
      return found.slice(0, MOST_CHOSEN)
    } finally {
      this.state.value = null
    }
  }

  /** Give up. */
  stop(): void {
    this.#isStopped = true
  }

  /** Say whether as many were found as can be chosen: there may be more. */
  static isFull(found: readonly Annotation[]): boolean {
    return found.length >= MOST_CHOSEN
  }
}
