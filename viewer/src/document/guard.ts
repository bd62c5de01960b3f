import { computed, type Signal, signal } from '@preact/signals-core'
import type { Annotation } from '../model/annotation'
import type { Id } from '../model/id'

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** What is kept of a guard between two visits. */
interface Kept {
  readonly lockedClasses?: readonly string[]
  readonly hiddenClasses?: readonly string[]
  readonly locked?: readonly Id[]
  readonly hidden?: readonly (readonly [Id, number])[]
}

/**
 * What one person has locked or hidden in one scene. It is theirs alone: no label says anything of it, and nobody else
 * sees it.
 */
export class Guard {
  readonly lockedClasses: Signal<ReadonlySet<string>>
  readonly hiddenClasses: Signal<ReadonlySet<string>>
  readonly locked: Signal<ReadonlySet<Id>>
  /** Hidden objects with their stable numbers, by which tiles know them; 0 = it had none yet. */
  readonly hidden: Signal<ReadonlyMap<Id, number>>
  /** The only objects that are shown; null = all are. It ends with the visit. */
  readonly isolated = signal<ReadonlySet<Id> | null>(null)
  /** Say whether anything at all is out of sight. */
  readonly isHiding = computed(
    () => this.isolated.value !== null || this.hidden.value.size > 0 || this.hiddenClasses.value.size > 0,
  )

  readonly #end: () => void

  /** @param shelf where it is kept between visits; null = nowhere */
  constructor(scene: Id, shelf: Shelf | null = null) {
    const place = `geo3d.guard.${scene}`
    const kept = loaded(shelf, place)
    this.lockedClasses = signal(new Set(kept.lockedClasses))
    this.hiddenClasses = signal(new Set(kept.hiddenClasses))
    this.locked = signal(new Set(kept.locked))
    this.hidden = signal(new Map(kept.hidden))
    const state = computed(() =>
      JSON.stringify({
        lockedClasses: [...this.lockedClasses.value],
        hiddenClasses: [...this.hiddenClasses.value],
        locked: [...this.locked.value],
        hidden: [...this.hidden.value],
      }),
    )
    let isFirst = true
    this.#end = state.subscribe((text) => {
      if (!isFirst) store(shelf, place, text)
      isFirst = false
    })
  }

  /** Say whether an object must not be changed: it or its class is locked. */
  isLocked(annotation: Annotation): boolean {
    return this.locked.value.has(annotation.id) || this.lockedClasses.value.has(annotation.label)
  }

  /** Say whether an object is to be seen and reached. */
  isVisible(annotation: Annotation): boolean {
    const only = this.isolated.value
    if (only && !only.has(annotation.id)) return false
    return !this.hidden.value.has(annotation.id) && !this.hiddenClasses.value.has(annotation.label)
  }

  /** Lock or unlock objects. */
  lock(ids: Iterable<Id>, isLocked: boolean): void {
    const next = new Set(this.locked.peek())
    for (const id of ids) isLocked ? next.add(id) : next.delete(id)
    this.locked.value = next
  }

  /** Hide objects or show them again. */
  hide(annotations: Iterable<Annotation>, isHidden: boolean): void {
    const next = new Map(this.hidden.peek())
    for (const { id, fid } of annotations) isHidden ? next.set(id, fid) : next.delete(id)
    this.hidden.value = next
  }

  /** Lock a class, or unlock it. */
  toggleClassLock(slug: string): void {
    const next = new Set(this.lockedClasses.peek())
    if (!next.delete(slug)) next.add(slug)
    this.lockedClasses.value = next
  }

  /** Show only these objects; null = all again. */
  isolate(ids: readonly Id[] | null): void {
    this.isolated.value = ids?.length ? new Set(ids) : null
  }

  /** Show everything: what was hidden one by one, by class, or by showing only some. */
  showAll(): void {
    this.isolated.value = null
    this.hidden.value = new Map()
    this.hiddenClasses.value = new Set()
  }

  /** Unlock everything. */
  unlockAll(): void {
    this.locked.value = new Set()
    this.lockedClasses.value = new Set()
  }

  /** Stop keeping. */
  close(): void {
    this.#end()
  }
}

function loaded(shelf: Shelf | null, place: string): Kept {
  try {
    const found: unknown = JSON.parse(shelf?.getItem(place) ?? '{}')
    const lists = Object.entries(found as object).filter(([, list]) => Array.isArray(list))
    return Object.fromEntries(lists) as Kept
  } catch {
    return {}
  }
}

function store(shelf: Shelf | null, place: string, text: string): void {
  try {
    shelf?.setItem(place, text)
  } catch {
    // a full or forbidden storage: it holds until the page is left
  }
}
