import { signal } from '@preact/signals'
import { type Command, type Commands, KeyConflict, overlap, type Scope } from './commands'
import { Keys } from './keys'

export { type Command, Commands, KeyConflict, type Scope } from './commands'

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

const PLACE = 'geo3d.keys'

/** Which keys run which command: the commands' own, and over them what the person has chosen. */
export class Keymap {
  /** Chosen keys by command id; an empty list = none. */
  readonly chosen = signal<{ readonly [id: string]: readonly Keys[] }>({})
  readonly commands: Commands
  readonly #shelf: Shelf | null

  /** @param shelf Where chosen keys are kept; null = until the page is left. */
  constructor(commands: Commands, shelf: Shelf | null = null) {
    this.commands = commands
    this.#shelf = shelf
    this.chosen.value = loaded(shelf)
  }

  /** Return the keys of a command. Default keys that the person gave to another one are gone. */
  keysOf(id: string): readonly Keys[] {
    const command = this.commands.get(id)
    if (!command) return []
    const own = this.chosen.value[id]
    if (own) return own
    return (command.keys ?? []).map(Keys.normal).filter((keys) => !this.#isTaken(keys, command))
  }

  /** Return the first keys of a command in words for tips and menus; undefined where it has none. */
  shown(id: string): string | undefined {
    const keys = this.keysOf(id)[0]
    return keys && Keys.shown(keys, isMac())
  }

  /** Return the command that keys run while these scopes are in force, the nearest first; `global` comes last. */
  find(keys: Keys, scopes: readonly Scope[]): Command | null {
    const meant = this.commands.all.value.filter(
      (command) =>
        (command.scope === 'global' || scopes.includes(command.scope)) &&
        this.keysOf(command.id).includes(keys),
    )
    for (const scope of scopes) {
      const nearest = meant.find((command) => command.scope === scope)
      if (nearest) return nearest
    }
    return meant[0] ?? null
  }

  /**
   * Give a command other keys; an empty list takes them away.
   *
   * @throws KeyConflict another command has them
   */
  rebind(id: string, keys: readonly string[]): void {
    const command = this.commands.get(id)
    if (!command) return
    const wanted = keys.map(Keys.normal)
    for (const other of this.commands.all.peek()) {
      if (other.id === id || !overlap(other.scope, command.scope)) continue
      const shared = this.keysOf(other.id).find((k) => wanted.includes(k))
      if (shared) throw new KeyConflict(shared, command, other)
    }
    this.#choose({ ...this.chosen.peek(), [id]: wanted })
  }

  /** Give a command its own keys back; without an id all commands. */
  reset(id?: string): void {
    const { [id ?? '']: _, ...rest } = this.chosen.peek()
    this.#choose(id === undefined ? {} : rest)
  }

  /**
   * Run commands by key; returns what ends it.
   *
   * @param scopes The scopes that are in force at this moment beside `global`.
   * @param first Asked before every command: true = it took the keys.
   */
  listen(
    target: EventTarget,
    scopes: () => readonly Scope[],
    first: (keys: Keys) => boolean = () => false,
  ): () => void {
    const press = (event: Event) => this.#press(event as KeyboardEvent, scopes(), first)
    target.addEventListener('keydown', press)
    return () => target.removeEventListener('keydown', press)
  }

  #press(event: KeyboardEvent, scopes: readonly Scope[], first: (keys: Keys) => boolean): void {
    if (event.defaultPrevented || event.isComposing) return
    const keys = Keys.of(event)
    if (keys !== null && !isElsewhere(event.target) && first(keys)) return event.preventDefault()
    const command = keys === null ? null : this.find(keys, scopes)
    if (!command || (!command.isEverywhere && isElsewhere(event.target))) return
    // the browser tells of these by an event of its own, which alone may use the clipboard unasked
    if (command.isNative && (command.keys ?? []).map(Keys.normal).includes(keys!)) return
    event.preventDefault()
    this.commands.run(command.id)
  }

  #isTaken(keys: Keys, by: Command): boolean {
    return Object.entries(this.chosen.value).some(([id, chosen]) => {
      const other = id === by.id ? null : this.commands.get(id)
      return other !== null && chosen.includes(keys) && overlap(other.scope, by.scope)
    })
  }

  #choose(chosen: { readonly [id: string]: readonly Keys[] }): void {
    this.chosen.value = chosen
    try {
      this.#shelf?.setItem(PLACE, JSON.stringify(chosen))
    } catch {
      // a full or forbidden storage: the keys hold until the page is left
    }
  }
}

/** Say whether keys go to what a person types or has open, not to the view behind it. */
export function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  // with a dialog open nothing is for the view, not even when what had the focus in it has just gone
  if (document.querySelector('dialog[open]')) return true
  if (target.closest('[popover]:not([role="status"])')) return true
  if (target instanceof HTMLElement && target.isContentEditable) return true
  const input = target.closest('input, textarea, select')
  return (
    input !== null && !['checkbox', 'radio', 'range', 'button'].includes((input as HTMLInputElement).type)
  )
}

function loaded(shelf: Shelf | null): { readonly [id: string]: readonly Keys[] } {
  try {
    const found: unknown = JSON.parse(shelf?.getItem(PLACE) ?? '{}')
    const entries = Object.entries(found as object).filter(
      ([, keys]) => Array.isArray(keys) && keys.every((k) => typeof k === 'string'),
    )
    return Object.fromEntries(entries) as { [id: string]: readonly Keys[] }
  } catch {
    return {}
  }
}

/** Say whether this is a Mac, where the command key takes the place of Ctrl. */
export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform)
}
