import { expect, test } from 'vitest'
import { carry } from '../src/tools/carry'
import { at, FakeContext } from './fake-context'

function carrying() {
  const context = new FakeContext()
  const done: unknown[] = []
  const geometry = { kind: 'point', frame: 'f', position: [10, 10] } as const
  const tool = carry({
    geometries: [geometry],
    anchor: [10, 10],
    start: [50, 60],
    onPlaced: (shift) => done.push(shift),
    onCancelled: () => done.push('cancelled'),
  })
  return { context, done, gesture: tool.start(context) }
}

test('copies follow the pointer until a click puts them down', () => {
  const { context, done, gesture } = carrying()
  expect(context.current?.ghost?.shift).toEqual([40, 50])
  gesture.move?.(at(12, 13))
  expect(context.current?.ghost?.shift).toEqual([2, 3])
  gesture.click?.(at(20, 25))
  expect(done).toEqual([[10, 15]])
  gesture.stop()
  expect(context.current).toBeNull()
})

test('Enter puts them down where they are, Esc drops them', () => {
  const { done, gesture } = carrying()
  expect(gesture.act?.('delete')).toBe(false)
  expect(gesture.act?.('finish')).toBe(true)
  expect(gesture.act?.('cancel')).toBe(true)
  expect(done).toEqual([[40, 50], 'cancelled'])
})
