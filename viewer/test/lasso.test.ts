import { expect, test } from 'vitest'
import { isMeeting } from '../src/shapes/meets'
import { lasso } from '../src/tools/lasso'
import type { Gesture, Pointer } from '../src/tools/tool'
import { at, FakeContext, settled, square } from './fake-context'

/** Three squares of which the line of `around` holds the first two, and its bounds all. */
function scene() {
  const context = new FakeContext()
  context.add('a', square(20, 20, 10))
  context.add('b', square(60, 20, 10))
  context.add('c', square(70, 70, 10))
  return { context, gesture: lasso.start(context) }
}

async function around(gesture: Gesture, held: Partial<Pointer> = {}): Promise<void> {
  expect(gesture.down?.(at(0, 0, held))).toBe(true)
  for (const [x, y] of [
    [100, 0],
    [100, 50],
    [50, 50],
    [50, 60],
    [0, 95],
  ] as const)
    gesture.drag?.(at(x, y, held))
  gesture.drop?.(at(0, 95, held))
  await settled()
}

test('a drag chooses what the line meets, not what its bounds meet', async () => {
  const { context, gesture } = scene()
  await around(gesture)
  expect(context.selection.ids.peek()).toEqual(['a', 'b'])
  expect(context.current).toBeNull()
})

test('Shift adds, Ctrl and Alt take away', async () => {
  const { context, gesture } = scene()
  context.selection.set('c')
  await around(gesture, { shift: true })
  expect(context.selection.ids.peek()).toEqual(['c', 'a', 'b'])
  await around(gesture, { ctrl: true })
  expect(context.selection.ids.peek()).toEqual(['c'])
  context.selection.set('a', 'c')
  await around(gesture, { alt: true })
  expect(context.selection.ids.peek()).toEqual(['c'])
})

test('corners can be clicked; Enter closes, Backspace drops one, Esc all', async () => {
  const { context, gesture } = scene()
  const click = (x: number, y: number) => {
    gesture.move?.(at(x, y))
    gesture.down?.(at(x, y))
    gesture.drop?.(at(x, y))
  }
  for (const [x, y] of [
    [15, 15],
    [35, 15],
    [35, 35],
    [90, 90],
  ] as const)
    click(x, y)
  expect(gesture.act?.('back')).toBe(true)
  expect(gesture.act?.('finish')).toBe(true)
  await settled()
  expect(context.selection.ids.peek()).toEqual(['a'])
  click(1, 1)
  click(90, 1)
  expect(gesture.act?.('cancel')).toBe(true)
  expect(gesture.act?.('cancel')).toBe(false)
  expect(context.selection.ids.peek()).toEqual(['a'])
})

test('a shape meets a ring by a vertex, by an edge alone, or by holding it; a hole does not count', () => {
  const ring = square(0, 0, 10).exterior
  expect(isMeeting(square(5, 5, 10), ring)).toBe(true)
  expect(
    isMeeting(
      {
        kind: 'polyline',
        frame: 'f',
        path: [
          [-5, 5],
          [15, 5],
        ],
      },
      ring,
    ),
  ).toBe(true)
  expect(isMeeting(square(-50, -50, 100), ring)).toBe(true)
  expect(isMeeting({ ...square(-50, -50, 100), holes: [square(-5, -5, 20).exterior] }, ring)).toBe(false)
  expect(isMeeting(square(11, 11, 10), ring)).toBe(false)
  expect(isMeeting({ kind: 'point', frame: 'f', position: [3, 3] }, ring)).toBe(true)
})
