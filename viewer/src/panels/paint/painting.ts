import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Session } from '../../document/session'
import type { Id } from '../../model/id'
import type { Layer } from '../../model/paint'
import { PaintOptions } from '../../tools/parts/paint'
import { PaintedLook } from '../../views/painted'

const PLACE = 'geo3d.paint'

/** How pixels are painted in one workbench: options of the tools, which layer, how layers are looked at. */
export class Painting {
  readonly options: Signal<PaintOptions>
  readonly looks = signal<ReadonlyMap<Id, PaintedLook>>(new Map())
  /** The layer of the active raster that is painted on; null = it has none yet. */
  readonly target = computed<Layer | null>(() => {
    const own = this.layers.value.filter(({ asset }) => asset === this.#active.value)
    return own.find(({ id }) => id === this.#chosen.value) ?? own[0] ?? null
  })
  /** Layers of pixels that hold classes. */
  readonly layers = computed(() =>
    this.#session.layers.value.filter(({ size, role }) => size !== null && role === 'class'),
  )
  readonly #session: Session
  readonly #active: Signal<Id | null>
  readonly #chosen = signal<Id | null>(null)
  readonly #end: () => void

  constructor(session: Session, active: Signal<Id | null>, storage: Storage | null) {
    this.#session = session
    this.#active = active
    this.options = signal(kept(storage))
    this.#end = effect(() => keep(storage, this.options.value))
  }

  /** Paint on a layer from now on, and bring it into sight. */
  aimAt(layer: Layer): void {
    this.#chosen.value = layer.id
    if (!this.lookOf(layer.id).isVisible) this.look(layer.id, { isVisible: true })
  }

  /** Return how a layer is looked at. */
  lookOf(id: Id): PaintedLook {
    return this.looks.value.get(id) ?? PaintedLook.DEFAULT
  }

  /** Look at a layer in another way. */
  look(id: Id, change: Partial<PaintedLook>): void {
    const before = this.looks.peek().get(id) ?? PaintedLook.DEFAULT
    this.looks.value = new Map(this.looks.peek()).set(id, { ...before, ...change })
  }

  close(): void {
    this.#end()
  }
}

function kept(storage: Storage | null): PaintOptions {
  try {
    return PaintOptions.of(JSON.parse(storage?.getItem(PLACE) ?? '{}'))
  } catch {
    return PaintOptions.DEFAULT
  }
}

function keep(storage: Storage | null, options: PaintOptions): void {
  try {
    storage?.setItem(PLACE, JSON.stringify(options))
  } catch {
    // a full or forbidden storage: it holds until the page is left
  }
}
