import { expect, test } from 'vitest'
import { measure } from '../src/tools/measure'
import { measureArea } from '../src/tools/measure-area'
import { at, clicks, FakeContext, quiet } from './fake-context'

test('a distance is measured with the way to the pointer, and stays until Escape', () => {
  const context = quiet(new FakeContext())
  const gesture = measure.start(context)
  clicks(gesture, [0, 0], [100, 0])
  gesture.move?.(at(100, 96))
  expect(context.current?.measured).toMatchObject({
    kind: 'polyline',
    path: [
      [0, 0],
      [100, 0],
      [100, 96],
    ],
  })
  expect(context.current?.labels?.map(({ position }) => position)).toEqual([
    [50, 0],
    [100, 48],
  ])
  expect(gesture.act?.('finish')).toBe(true)
  gesture.move?.(at(300, 300))
  expect(context.current?.measured).toMatchObject({
    path: [
      [0, 0],
      [100, 0],
    ],
  })
  expect(gesture.act?.('cancel')).toBe(true)
  expect(context.current?.measured ?? null).toBeNull()
  expect(gesture.act?.('cancel')).toBe(false)
  expect(context.drawn).toEqual([])
})

test('a click after the end begins anew; backspace goes on with what was', () => {
  const context = quiet(new FakeContext())
  const gesture = measure.start(context)
  clicks(gesture, [0, 0], [100, 0])
  gesture.doubleClick?.(at(100, 0))
  clicks(gesture, [500, 500])
  expect(context.current?.vertices).toEqual([[500, 500]])
  gesture.act?.('back')
  expect(context.current?.vertices).toEqual([])
})

test('an area is one from its third corner on', () => {
  const context = quiet(new FakeContext())
  const gesture = measureArea.start(context)
  clicks(gesture, [0, 0], [100, 0])
  expect(context.current?.geometry?.kind).toBe('polyline')
  clicks(gesture, [100, 100])
  gesture.act?.('finish')
  expect(context.current?.measured).toMatchObject({
    kind: 'polygon',
    exterior: [
      [0, 0],
      [100, 0],
      [100, 100],
    ],
  })
  gesture.stop()
  expect(context.current).toBeNull()
})
