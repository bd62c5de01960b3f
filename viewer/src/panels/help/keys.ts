/** Keys pressed together, in one spelling: `Ctrl+Shift+Z`, `?`, `Delete`, `Space`. `Ctrl` is the command key of a Mac. */
export type Keys = string

/** The part of a keyboard event that says what was pressed. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  getModifierState(name: string): boolean
}

const MODIFIERS: readonly string[] = ['Ctrl', 'Alt', 'Shift']
const BARE: readonly string[] = [
  'Control',
  'Shift',
  'Alt',
  'Meta',
  'AltGraph',
  'CapsLock',
  'Dead',
  'Process',
  'Unidentified',
]
const SPELLINGS: { readonly [name: string]: string } = {
  ' ': 'Space',
  esc: 'Escape',
  del: 'Delete',
  return: 'Enter',
  up: 'ArrowUp',
  down: 'ArrowDown',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  cmd: 'Ctrl',
  control: 'Ctrl',
  meta: 'Ctrl',
}

export const Keys = {
  /** Return keys in the one spelling. */
  normal(text: string): Keys {
    const parts =
      text === '+' ? ['+'] : text.endsWith('++') ? [...text.slice(0, -2).split('+'), '+'] : text.split('+')
    const named = parts.map((part) => {
      const name = SPELLINGS[part.toLowerCase()] ?? part
      return name.length === 1 ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1)
    })
    const held = MODIFIERS.filter((modifier) => named.slice(0, -1).includes(modifier))
    return [...held, named.at(-1)!].join('+')
  },

  /** Return what was pressed; null while only Shift and the like are. */
  of(event: KeyPress): Keys | null {
    if (BARE.includes(event.key)) return null
    // with a Cyrillic or Greek layout the letter keys still mean what is printed on most keyboards
    const isForeign = event.key.length === 1 && /\p{L}/u.test(event.key) && !/[a-z]/i.test(event.key)
    const key = isForeign && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key
    const name = SPELLINGS[key] ?? (key.length === 1 ? key.toUpperCase() : key)
    // AltGr reports Ctrl and Alt, and is only how a layout types some characters
    const isTyped = event.getModifierState('AltGraph')
    const isSign = name.length === 1 && !/[A-Z0-9]/.test(name)
    const held = [
      (event.ctrlKey || event.metaKey) && !isTyped && 'Ctrl',
      event.altKey && !isTyped && 'Alt',
      // `?` is a character of its own on every layout, whether Shift is needed for it or not
      event.shiftKey && !isSign && 'Shift',
    ].filter(Boolean)
    return [...held, name].join('+')
  },

  /** Return keys as a person reads them on this machine. */
  shown(keys: Keys, isMac: boolean): string {
    const arrows: { readonly [name: string]: string } = {
      ArrowUp: '↑',
      ArrowDown: '↓',
      ArrowLeft: '←',
      ArrowRight: '→',
      Escape: 'Esc',
      Delete: 'Del',
    }
    return (keys.match(/\+$|[^+]+/g) ?? [])
      .map((part) => (isMac && part === 'Ctrl' ? '⌘' : (arrows[part] ?? part)))
      .join('+')
  },
}
