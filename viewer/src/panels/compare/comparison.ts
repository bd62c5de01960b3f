import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Id } from '../../model/id'
import { type RasterShelf, SECOND } from '../../raster/shelf'

/** Two looks at one place: under a border that is moved, or in two panes. */
export type CompareMode = 'off' | 'swipe' | 'beside'

/** What is compared, and how. */
export class Comparison {
  readonly mode = signal<CompareMode>('off')
  /** Where the border stands, as a share of the width. */
  readonly share = signal(0.5)
  /** Key of the look on the right; null where nothing is compared. */
  readonly right = computed<string | null>(() => (this.mode.value === 'off' ? null : this.#rightNow()))
  readonly #chosen = signal<string | null>(null)
  readonly #shelf: RasterShelf
  readonly #active: ReadonlySignal<Id | null>
  readonly #others: ReadonlySignal<readonly Id[]>

  /**
   * @param active the raster that is worked on
   * @param others rasters in the same frame
   */
  constructor(shelf: RasterShelf, active: ReadonlySignal<Id | null>, others: ReadonlySignal<readonly Id[]>) {
    this.#shelf = shelf
    this.#active = active
    this.#others = others
  }

  /** Compare in a way, or stop where that is what is done. */
  toggle(mode: CompareMode): void {
    const to = this.mode.peek() === mode ? 'off' : mode
    if (to !== 'off' && this.#rightNow() === null) this.#begin()
    this.mode.value = to
  }

  /** Choose what is seen on the right: a raster as it is in the layers, or its second look. */
  choose(asset: Id, isSecond: boolean): void {
    this.#chosen.value = isSecond ? this.#shelf.second(asset) : asset
  }

  #rightNow(): string | null {
    const chosen = this.#chosen.value
    return chosen !== null && this.#shelf.shelved.value.has(chosen) ? chosen : null
  }

  /** Choose another raster of the same place; where there is none, this one in another of its pictures. */
  #begin(): void {
    const active = this.#active.peek()
    if (active === null) return
    const other = this.#others.peek().findLast((id) => id !== active)
    this.choose(other ?? active, other === undefined)
    const key = `${SECOND}${active}`
    const second = this.#shelf.shelved.peek().get(key)
    if (other !== undefined || !second?.facts || second.isOwn) return
    const { style, facts } = second
    const preset = facts.info.presets.find((p) => !p.expression && p.bands.join() !== style.bands.join())
    if (preset) void this.#shelf.setStyle(key, { ...style, expression: null, bands: preset.bands, range: [] })
  }
}
