import { computed, signal } from '@preact/signals'
import { Keys } from './keys'

/** Where keys count: `global` everywhere, the others while their view has the attention. */
export type Scope = 'global' | 'map' | 'wall' | 'review' | 'cloud' | 'sequence' | 'triview'

/** Something a person can do by name, by key, or from the palette. */
export interface Command {
  /** `draw.polygon`; keeps what the person rebinds. */
  readonly id: string
  readonly title: string
  /** Heading in the sheet and the palette: `Draw`, `Edit`, `View`, `Scene`, `Help`. */
  readonly group: string
  readonly scope: Scope
  /** Keys that run it, as long as the person has not chosen others. */
  readonly keys?: readonly string[]
  readonly icon?: string
  /** Also runs while a person types or a dialog is open. */
  readonly isEverywhere?: boolean
  /** Its own keys mean the same to the browser (copy, cut, paste): they are left to it. */
  readonly isNative?: boolean
  isEnabled?(): boolean
  /** Where it is a switch: whether it is on. */
  isOn?(): boolean
  run(): void
}

/** Two commands want the same keys in the same place. */
export class KeyConflict extends Error {
  override readonly name = 'KeyConflict'

  constructor(
    readonly keys: Keys,
    readonly wanted: Command,
    readonly holder: Command,
  ) {
    super(`${keys} already means “${holder.title}”.`)
  }
}

/** Say whether two scopes can be in force at once. */
export function overlap(a: Scope, b: Scope): boolean {
  return a === b || a === 'global' || b === 'global'
}

const MOST_RECENT = 6

/** Every command of one viewer. */
export class Commands {
  readonly #all = signal<ReadonlyMap<string, Command>>(new Map())
  /** In the order of adding. */
  readonly all = computed<readonly Command[]>(() => [...this.#all.value.values()])
  /** The ones run last, newest first. */
  readonly recent = signal<readonly string[]>([])

  /**
   * Add commands; returns what takes them away again.
   *
   * @throws KeyConflict two default keys meet, an error of whoever writes the commands
   */
  add(...commands: readonly Command[]): () => void {
    const next = new Map(this.#all.peek())
    for (const command of commands) {
      if (next.has(command.id)) throw new Error(`There are two commands called ${command.id}.`)
      for (const other of next.values()) {
        if (!overlap(command.scope, other.scope)) continue
        const taken = (other.keys ?? []).map(Keys.normal)
        const shared = (command.keys ?? []).map(Keys.normal).find((keys) => taken.includes(keys))
        if (shared) throw new KeyConflict(shared, command, other)
      }
      next.set(command.id, command)
    }
    this.#all.value = next
    return () => {
      const rest = new Map(this.#all.peek())
      for (const { id } of commands) rest.delete(id)
      this.#all.value = rest
    }
  }

  /** Return a command; null where none has this id now. */
  get(id: string): Command | null {
    return this.#all.value.get(id) ?? null
  }

  /** Run a command that is there and enabled; false = it is not. */
  run(id: string): boolean {
    const command = this.#all.peek().get(id)
    if (!command || command.isEnabled?.() === false) return false
    this.recent.value = [id, ...this.recent.peek().filter((other) => other !== id)].slice(0, MOST_RECENT)
    command.run()
    return true
  }
}
