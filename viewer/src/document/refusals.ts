import { signal } from '@preact/signals-core'
import type { ChangeSet } from '../model/change'
import type { Id } from '../model/id'
import type { Drawer } from './drawer'

/** Work that the server would not take, and why. */
export interface Refusal extends ChangeSet {
  readonly why: string
}

/** Keeps what was refused until the person has tried it again or thrown it away, over a reload too. */
export class Refusals {
  readonly all = signal<readonly Refusal[]>([])
  readonly #place: Id
  readonly #drawer: Drawer

  /** @param scene the drawer keeps refusals of a scene beside what waits in it */
  constructor(scene: Id, drawer: Drawer) {
    this.#place = `${scene} refused`
    this.#drawer = drawer
  }

  /** Take up what an earlier visit left. */
  async restore(): Promise<void> {
    this.all.value = (await this.#drawer.load(this.#place)) as readonly ChangeSet[] as readonly Refusal[]
  }

  /** Keep a change set that was refused. */
  add(set: ChangeSet, why: string): void {
    const refusal = { ...set, why }
    this.all.value = [...this.all.peek(), refusal]
    void this.#drawer.keep(this.#place, refusal)
  }

  /** Throw one away; returns the change set. */
  take(clientId: Id): ChangeSet | null {
    const found = this.all.peek().find((refusal) => refusal.client_id === clientId)
    if (!found) return null
    this.all.value = this.all.peek().filter((refusal) => refusal !== found)
    void this.#drawer.drop(this.#place, clientId)
    const { why: _, ...set } = found
    return set
  }
}
