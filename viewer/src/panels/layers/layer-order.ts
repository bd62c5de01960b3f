import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Id } from '../../model/id'
import { Asset, Scene } from '../../model/scene'

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Which raster lies over which; kept in the browser, else as the team has it. */
export class LayerOrder {
  readonly #chosen = signal<readonly Id[] | null>(null)
  readonly #scene: ReadonlySignal<Scene>
  readonly #storage: Kept | null
  /** All rasters of the scene, the lowest first. */
  readonly ids = computed<readonly Id[]>(() => {
    const rasters = Scene.rasters(this.#scene.value)
    const chosen = this.#chosen.value ?? sharedOrder(rasters)
    const there = new Set(rasters.map(({ id }) => id))
    const placed = chosen.filter((id) => there.has(id))
    // what is new lies on top
    return [...placed, ...rasters.map(({ id }) => id).filter((id) => !placed.includes(id))]
  })

  constructor(scene: ReadonlySignal<Scene>, storage: Kept | null) {
    this.#scene = scene
    this.#storage = storage
    this.#chosen.value = this.#kept()
  }

  /** Move a raster; 0 is the lowest place. */
  move(id: Id, to: number): void {
    const others = this.ids.peek().filter((other) => other !== id)
    const place = Math.max(0, Math.min(others.length, to))
    this.#choose(others.toSpliced(place, 0, id))
  }

  /** Lay a raster over all others. */
  raise(id: Id): void {
    if (this.ids.peek().at(-1) !== id) this.move(id, Infinity)
  }

  /** Forget this person's order: the team's is seen again. */
  forget(): void {
    this.#chosen.value = null
    this.#storage?.removeItem(this.#place())
  }

  #choose(ids: readonly Id[]): void {
    this.#chosen.value = ids
    this.#storage?.setItem(this.#place(), JSON.stringify(ids))
  }

  #kept(): readonly Id[] | null {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(this.#place()) ?? 'null')
      return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : null
    } catch {
      return null
    }
  }

  #place(): string {
    return `geo3d.order.${this.#scene.peek().id}`
  }
}

/** Return the team's order; the first raster on top where nobody has chosen one. */
function sharedOrder(rasters: readonly Asset[]): readonly Id[] {
  const rankOf = (asset: Asset, i: number) => Asset.display(asset)?.rank ?? (i === 0 ? rasters.length : i)
  return rasters
    .map((asset, i) => ({ id: asset.id, rank: rankOf(asset, i) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ id }) => id)
}
