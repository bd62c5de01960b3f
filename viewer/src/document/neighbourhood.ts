import { signal } from '@preact/signals-core'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { Id } from '../model/id'
import type { Session } from './session'

/** Annotations that are read for one view: above this only those near the pointer are. */
const MOST_IN_VIEW = 1500
const MOST_NEAR = 200
/** Loaded annotations above which those out of sight are forgotten. */
const MOST_LOADED = 6000

/** How much of what is in sight is loaded. */
export interface Sight {
  /** Bounds in the view frame. */
  readonly bounds: Bounds
  /** True where every annotation (of the view frame) that meets the bounds is loaded. */
  readonly isComplete: boolean
}

/**
 * Loads the annotations that a hand may touch: all in sight where they are few, else those near the pointer.
 *
 * What is merely looked at comes as label tiles; a scene of a million labels never loads more than a few thousand.
 */
export class Neighbourhood {
  /** What was loaded last; null before the first answer. */
  readonly sight = signal<Sight | null>(null)
  /** True while something is asked for. */
  readonly isLoading = signal(false)

  readonly #session: Session
  readonly #frame: string
  readonly #isKept: (id: Id, bounds: Bounds) => boolean
  #asking: AbortController | null = null
  #near: Bounds | null = null

  /** @param isKept says whether a loaded annotation must stay: it is in sight */
  constructor(session: Session, frame: string, isKept: (id: Id, bounds: Bounds) => boolean) {
    this.#session = session
    this.#frame = frame
    this.#isKept = isKept
  }

  /** Load what is in sight. */
  async look(bounds: Bounds): Promise<void> {
    const known = this.sight.peek()
    if (known?.isComplete && Bounds.holds(known.bounds, bounds)) return
    const [width, height] = Bounds.size(bounds)
    const wide = Bounds.grown(bounds, Math.max(width, height) / 4)
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    this.isLoading.value = true
    try {
      const page = await this.#read(wide, MOST_IN_VIEW, asking.signal)
      this.#near = null
      this.sight.value = { bounds: wide, isComplete: page.next === null }
      this.#forget(wide)
    } catch {
      // given up for a newer look, or no connection: the next look asks again
    } finally {
      if (this.#asking === asking) {
        this.#asking = null
        this.isLoading.value = false
      }
    }
  }

  /** Load what lies within `reach` of the pointer, where not everything in sight is loaded. */
  async approach(bounds: Bounds): Promise<void> {
    const known = this.sight.peek()
    if (known?.isComplete && Bounds.holds(known.bounds, bounds)) return
    if (this.#near && Bounds.holds(this.#near, bounds)) return
    const [width] = Bounds.size(bounds)
    const wide = Bounds.grown(bounds, width)
    this.#near = wide
    try {
      await this.#read(wide, MOST_NEAR)
    } catch {
      this.#near = null
    }
  }

  /** Return those of some positions where not everything is known to be loaded. */
  missingAt(positions: readonly Position[]): readonly Position[] {
    const known = this.sight.peek()
    return known?.isComplete
      ? positions.filter(([x, y]) => !Bounds.holds(known.bounds, [x, y, x, y]))
      : positions
  }

  /** Load whatever meets some positions. */
  async readAt(positions: readonly Position[]): Promise<void> {
    await Promise.all(positions.map(([x, y]) => this.#read([x, y, x, y], MOST_NEAR)))
  }

  /** Load annotations by their stable numbers. */
  async fetch(fids: readonly number[]): Promise<void> {
    const missing = fids.filter((fid) => !this.#session.labels.ofFid(fid))
    if (!missing.length) return
    const { annotations } = await this.#session.api.annotations({ fids: missing, limit: missing.length })
    this.#session.labels.receive({ documents: annotations, deleted: [] })
  }

  /** Ask anew at the next look: much has changed at once. */
  expire(): void {
    this.sight.value = null
    this.#near = null
  }

  async #read(bounds: Bounds, limit: number, signal?: AbortSignal) {
    const page = await this.#session.api.annotations({ bbox: bounds, frame: this.#frame, limit }, signal)
    this.#session.labels.receive({ documents: page.annotations, deleted: [] })
    return page
  }

  #forget(bounds: Bounds): void {
    const { labels, selection } = this.#session
    const loaded = [...labels.values()]
    if (loaded.length <= MOST_LOADED) return
    labels.forget(loaded.map((a) => a.id).filter((id) => !selection.has(id) && !this.#isKept(id, bounds)))
  }
}
