import { effect, signal } from '@preact/signals'
import { sentenceOf } from '../../api/problem'
import { type Area, type ZoneStatistics, zoneOf } from '../../api/zone'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import type { Workbench } from '../workbench'

/** Milliseconds that a chosen area rests before the server is asked. */
const REST_MS = 200

/** What is known of the chosen area. */
export type ZoneState =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'known'; readonly zone: ZoneStatistics }
  | { readonly kind: 'refused'; readonly why: string }

/** The numbers of all bands inside the chosen area, asked for while the panel is there. */
export class AreaProfile {
  readonly state = signal<ZoneState>({ kind: 'none' })
  readonly #bench: Workbench
  readonly #ends: (() => void)[]
  #timer: ReturnType<typeof setTimeout> | undefined
  #asking = new AbortController()

  constructor(bench: Workbench) {
    this.#bench = bench
    const { session, active } = bench
    this.#ends = [
      effect(() => this.#follow(active.value, session.selection.primary.value)),
      session.labels.subscribe(({ put, removed }) => {
        const chosen = session.selection.primary.peek()
        if ([...put, ...removed].some(({ id }) => id === chosen)) this.#follow(active.peek(), chosen)
      }),
    ]
  }

  close(): void {
    for (const end of this.#ends) end()
    clearTimeout(this.#timer)
    this.#asking.abort()
  }

  #follow(asset: Id | null, chosen: Id | null): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
    const geometry = chosen === null ? null : (this.#bench.session.labels.get(chosen)?.geometry ?? null)
    if (asset === null || geometry === null || !isArea(geometry)) {
      this.state.value = { kind: 'none' }
      return
    }
    this.state.value = { kind: 'asked' }
    this.#asking = new AbortController()
    const { signal: given } = this.#asking
    this.#timer = setTimeout(() => void this.#ask(asset, geometry, given), REST_MS)
  }

  async #ask(asset: Id, geometry: Area, given: AbortSignal): Promise<void> {
    try {
      const zone = await zoneOf(this.#bench.session.id, asset, geometry, given)
      if (!given.aborted) this.state.value = { kind: 'known', zone }
    } catch (error) {
      if (!given.aborted) this.state.value = { kind: 'refused', why: sentenceOf(error) }
    }
  }
}

function isArea(geometry: Geometry): geometry is Area {
  return geometry.kind === 'polygon' || geometry.kind === 'multipolygon' || geometry.kind === 'box'
}
