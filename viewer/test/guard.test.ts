import { expect, test } from 'vitest'
import { Guard } from '../src/document/guard'
import { Annotation } from '../src/model/annotation'

function drawn(label: string, fid = 0): Annotation {
  const geometry = { kind: 'point', frame: 'f', position: [0, 0] } as const
  return { ...Annotation.make({ scene: 's', label, geometry, actor: 'me', tool: 't' }), fid }
}

function shelf() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  }
}

test('objects and classes are locked and hidden, each scene by itself, and stay so', () => {
  const place = shelf()
  const [tree, other, road] = [drawn('tree', 7), drawn('tree'), drawn('road')]
  const guard = new Guard('s', place)
  expect(place.kept.size).toBe(0)
  guard.lock([tree.id], true)
  guard.toggleClassLock('road')
  guard.hide([tree], true)
  expect([tree, other, road].map((a) => guard.isLocked(a))).toEqual([true, false, true])
  expect([tree, other, road].map((a) => guard.isVisible(a))).toEqual([false, true, true])
  const again = new Guard('s', place)
  expect([tree, other, road].map((a) => again.isLocked(a))).toEqual([true, false, true])
  expect(again.hidden.peek().get(tree.id)).toBe(7)
  expect(new Guard('t', place).isLocked(tree)).toBe(false)
  again.showAll()
  again.unlockAll()
  expect([tree, other, road].some((a) => again.isLocked(a) || !again.isVisible(a))).toBe(false)
})

test('what is isolated is all that is seen, until the visit ends', () => {
  const place = shelf()
  const [tree, road] = [drawn('tree'), drawn('road')]
  const guard = new Guard('s', place)
  guard.isolate([tree.id])
  expect([tree, road].map((a) => guard.isVisible(a))).toEqual([true, false])
  expect(new Guard('s', place).isVisible(road)).toBe(true)
  guard.isolate([])
  expect(guard.isVisible(road)).toBe(true)
})

test('a storage with nonsense in it locks nothing', () => {
  for (const text of ['{', '7', '{"locked": 3}', 'null']) {
    const guard = new Guard('s', { getItem: () => text, setItem: () => {} })
    expect(guard.isLocked(drawn('tree'))).toBe(false)
  }
})
