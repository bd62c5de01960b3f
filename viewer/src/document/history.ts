import { Problem } from '../api/problem'
import type { ChangeSet } from '../model/change'
import { Id } from '../model/id'
import type { Written } from './labels'
import type { Outbox } from './outbox'

export type Direction = 'undo' | 'redo'

/** How a step back or forth went. */
export type HistoryOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing' }
  /** Somebody changed the object since; asked again with `force` it is done all the same. */
  | { readonly kind: 'conflict'; readonly sentence: string }
  /** Work that waits for the network or for a decision stands in the way. */
  | { readonly kind: 'busy' }

/**
 * Undo and redo. The server keeps the history (it survives a reload); what it has not seen yet is taken back here.
 */
export class History {
  readonly #outbox: Outbox
  readonly #ask: (direction: Direction, clientId: Id, force: boolean) => Promise<Written>
  #unsent: ChangeSet[] = []

  constructor(outbox: Outbox, ask: (direction: Direction, clientId: Id, force: boolean) => Promise<Written>) {
    this.#outbox = outbox
    this.#ask = ask
  }

  /** Forget what could be redone here: the person did something new. */
  touched(): void {
    this.#unsent = []
  }

  /** Take the newest step back. */
  async undo(force = false): Promise<HistoryOutcome> {
    if (this.#outbox.state.peek().kind !== 'saving') {
      const taken = await this.#outbox.pop()
      if (taken) {
        this.#unsent.push(taken)
        return { kind: 'done' }
      }
    }
    return this.#step('undo', force)
  }

  /** Take the newest undo back. */
  async redo(force = false): Promise<HistoryOutcome> {
    const unsent = this.#unsent.pop()
    if (unsent) {
      this.#outbox.push({ ...unsent, client_id: Id.make() })
      return { kind: 'done' }
    }
    return this.#step('redo', force)
  }

  async #step(direction: Direction, force: boolean): Promise<HistoryOutcome> {
    try {
      const isDone = await this.#outbox.step(() => this.#ask(direction, Id.make(), force))
      return { kind: isDone ? 'done' : 'busy' }
    } catch (error) {
      if (error instanceof Problem && error.kind === 'nothing-to-undo') return { kind: 'nothing' }
      if (error instanceof Problem && error.kind === 'conflict')
        return { kind: 'conflict', sentence: error.message }
      throw error
    }
  }
}
