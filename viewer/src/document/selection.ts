import { computed, signal } from '@preact/signals-core'
import type { Id } from '../model/id'

/** What is chosen, in the order of choosing; the last one is the primary. */
export class Selection {
  readonly ids = signal<readonly Id[]>([])
  readonly #set = computed<ReadonlySet<Id>>(() => new Set(this.ids.value))
  /** The one that the inspector shows; null where nothing is chosen. */
  readonly primary = computed<Id | null>(() => this.ids.value.at(-1) ?? null)

  /** Say whether an annotation is chosen. */
  has(id: Id): boolean {
    return this.#set.value.has(id)
  }

  /** Choose exactly these. */
  set(...ids: readonly Id[]): void {
    this.take(ids)
  }

  /** Choose exactly these, however many. */
  take(ids: readonly Id[]): void {
    const now = this.ids.peek()
    if (ids.length !== now.length || ids.some((id, i) => id !== now[i])) this.ids.value = [...new Set(ids)]
  }

  /** Add one, or take it away when it is chosen already. */
  toggle(id: Id): void {
    this.ids.value = this.has(id) ? this.ids.value.filter((other) => other !== id) : [...this.ids.value, id]
  }

  /** Take some away: they were deleted. */
  drop(gone: ReadonlySet<Id>): void {
    if (this.ids.peek().some((id) => gone.has(id)))
      this.ids.value = this.ids.peek().filter((id) => !gone.has(id))
  }
}
