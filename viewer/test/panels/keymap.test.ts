import { expect, test, vi } from 'vitest'
import { type Command, Commands, KeyConflict } from '../../src/panels/help/commands'
import { fuzzy } from '../../src/panels/help/fuzzy'
import { Keymap } from '../../src/panels/help/keymap'
import { Keys } from '../../src/panels/help/keys'

function command(id: string, keys: readonly string[], more: Partial<Command> = {}): Command {
  return { id, title: id, group: 'Test', scope: 'map', keys, run: vi.fn(), ...more }
}

function press(key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  return new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
}

test('keys have one spelling', () => {
  expect(Keys.normal('shift+ctrl+z')).toBe('Ctrl+Shift+Z')
  expect(Keys.normal('esc')).toBe('Escape')
  expect(Keys.normal('Ctrl++')).toBe('Ctrl++')
  expect(Keys.of(press('z', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z')
  expect(Keys.of(press('z', { metaKey: true }))).toBe('Ctrl+Z')
  expect(Keys.of(press('?', { shiftKey: true }))).toBe('?')
  expect(Keys.of(press('т', { code: 'KeyN' }))).toBe('N')
  expect(Keys.of(press('Shift', { shiftKey: true }))).toBeNull()
})

test('two commands with one key conflict where both are in force', () => {
  const commands = new Commands()
  commands.add(command('draw', ['N']))
  expect(() => commands.add(command('other', ['n']))).toThrow(KeyConflict)
  expect(() => commands.add(command('everywhere', ['N'], { scope: 'global' }))).toThrow(/already means/)
  commands.add(command('cloud', ['N'], { scope: 'cloud' }))
  expect(commands.all.value.map(({ id }) => id)).toEqual(['draw', 'cloud'])
})

test('a key runs its command, by scope, and not while one types', () => {
  const commands = new Commands()
  const [draw, undo, palette] = [
    command('draw', ['N']),
    command('undo', ['Ctrl+Z'], { scope: 'global' }),
    command('palette', ['Ctrl+K'], { scope: 'global', isEverywhere: true }),
  ]
  commands.add(draw, undo, palette)
  const root = document.createElement('div')
  root.innerHTML = '<input type="text"><input type="checkbox">'
  document.body.append(root)
  let scopes: readonly ('map' | 'cloud')[] = ['map']
  const end = new Keymap(commands).listen(root, () => scopes)
  const [text, check] = root.querySelectorAll('input')

  root.dispatchEvent(press('n'))
  expect(draw.run).toHaveBeenCalledTimes(1)
  check!.dispatchEvent(press('n'))
  expect(draw.run).toHaveBeenCalledTimes(2)
  text!.dispatchEvent(press('n'))
  text!.dispatchEvent(press('z', { ctrlKey: true }))
  expect(draw.run).toHaveBeenCalledTimes(2)
  expect(undo.run).not.toHaveBeenCalled()
  text!.dispatchEvent(press('k', { ctrlKey: true }))
  expect(palette.run).toHaveBeenCalledTimes(1)

  scopes = ['cloud']
  root.dispatchEvent(press('n'))
  expect(draw.run).toHaveBeenCalledTimes(2)
  end()
  root.dispatchEvent(press('k', { ctrlKey: true }))
  expect(palette.run).toHaveBeenCalledTimes(1)
})

test('a disabled command does nothing', () => {
  const commands = new Commands()
  const off = command('off', ['N'], { isEnabled: () => false })
  commands.add(off)
  expect(commands.run('off')).toBe(false)
  expect(off.run).not.toHaveBeenCalled()
})

test('a person chooses other keys, and they last', () => {
  const shelf = new Map<string, string>()
  const storage = {
    getItem: (name: string) => shelf.get(name) ?? null,
    setItem: (name: string, value: string) => void shelf.set(name, value),
  }
  const commands = new Commands()
  commands.add(command('draw', ['N']), command('box', ['B']))
  const keymap = new Keymap(commands, storage)
  expect(() => keymap.rebind('draw', ['B'])).toThrow(KeyConflict)
  keymap.rebind('draw', ['ctrl+d'])
  expect(keymap.keysOf('draw')).toEqual(['Ctrl+D'])
  expect(keymap.find('N', ['map'])).toBeNull()

  const later = new Keymap(commands, storage)
  expect(later.find('Ctrl+D', ['map'])?.id).toBe('draw')
  later.rebind('box', ['N'])
  later.reset('draw')
  expect(later.keysOf('draw')).toEqual([])
  later.reset()
  expect(later.keysOf('draw')).toEqual(['N'])
})

test('a damaged storage is no reason to have no keys', () => {
  const commands = new Commands()
  commands.add(command('draw', ['N']))
  for (const text of ['{', '7', '{"draw": "N"}', 'null']) {
    const keymap = new Keymap(commands, { getItem: () => text, setItem: () => {} })
    expect(keymap.keysOf('draw')).toEqual(['N'])
  }
})

test('fuzzy search prefers beginnings of words and letters in a row', () => {
  expect(fuzzy('dp', 'Draw a polygon')?.at).toEqual(new Set([0, 7]))
  expect(fuzzy('xyz', 'Draw a polygon')).toBeNull()
  const score = (text: string) => fuzzy('pol', text)!.score
  expect(score('Draw a polygon')).toBeGreaterThan(score('Open a layer'.replace('Open', 'Pooled')))
  expect(fuzzy('poly draw', 'Draw a polygon')).not.toBeNull()
})

test("keys that the browser tells of by an event of its own are left to it; the person's own run the command", () => {
  const commands = new Commands()
  const copy = command('copy', ['Ctrl+C'], { isNative: true })
  commands.add(copy)
  const keymap = new Keymap(commands)
  const target = document.createElement('div')
  const end = keymap.listen(target, () => ['map'])
  const native = press('c', { ctrlKey: true })
  target.dispatchEvent(native)
  expect([native.defaultPrevented, vi.mocked(copy.run).mock.calls.length]).toEqual([false, 0])
  keymap.rebind('copy', ['Ctrl+C', 'F8'])
  target.dispatchEvent(press('F8'))
  expect(copy.run).toHaveBeenCalledOnce()
  end()
})
