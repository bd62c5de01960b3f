import { signal } from '@preact/signals'
import type { Session } from '../../document/session'
import type { Annotation } from '../../model/annotation'
import type { Id } from '../../model/id'

const PAGE = 1000

/** All objects of a scene, read page by page in the order of their numbers, and kept in step with what changes. */
export class ObjectPages {
  readonly items = signal<readonly Annotation[]>([])
  readonly isLoading = signal(false)
  /** Where the next page begins; null = all are there. */
  readonly next = signal<number | null>(0)
  readonly #session: Session
  readonly #label: string | null
  readonly #end: () => void

  /** @param label slug of the class that is listed; null = all */
  constructor(session: Session, label: string | null) {
    this.#session = session
    this.#label = label
    this.#end = session.labels.subscribe(({ put, removed }) =>
      this.#merge(put, new Set(removed.map((a) => a.id))),
    )
    void this.more()
  }

  /** Read the next page. */
  async more(): Promise<void> {
    const after = this.next.peek()
    if (after === null || this.isLoading.peek()) return
    this.isLoading.value = true
    try {
      const label = this.#label === null ? {} : { label: [this.#label] }
      const page = await this.#session.api.annotations({ after, limit: PAGE, ...label })
      const known = new Set(this.items.peek().map((a) => a.id))
      const fresh = page.annotations.filter((a) => !known.has(a.id))
      this.items.value = [...this.items.peek(), ...fresh].toSorted((a, b) => order(a) - order(b))
      this.next.value = page.next
    } catch {
      // the list says that there is more; asking again is one click
    } finally {
      this.isLoading.value = false
    }
  }

  close(): void {
    this.#end()
  }

  #merge(put: readonly Annotation[], gone: ReadonlySet<Id>): void {
    const last = this.next.peek() ?? Number.MAX_SAFE_INTEGER
    const newer = new Map(put.filter((a) => order(a) <= last || a.fid === 0).map((a) => [a.id, a]))
    const kept = this.items.peek().flatMap((a) => {
      if (gone.has(a.id)) return []
      const changed = newer.get(a.id) ?? a
      newer.delete(a.id)
      return [changed]
    })
    const all = [...kept, ...newer.values()].filter((a) => this.#label === null || a.label === this.#label)
    this.items.value = all.toSorted((a, b) => order(a) - order(b))
  }
}

/** Objects without a number yet come last. */
function order(annotation: Annotation): number {
  return annotation.fid || Number.MAX_SAFE_INTEGER
}
