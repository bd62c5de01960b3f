import { describe, expect, test } from 'vitest'
import type { Box, Polygon, Polyline } from '../src/model/geometry'
import { reshape } from '../src/tools/reshape'
import { split } from '../src/tools/split'
import { turn } from '../src/tools/turn'
import { at, clicks, drag, FakeContext, quiet, settled, square } from './fake-context'

describe('split and reshape by a line', () => {
  test('all that the line crosses, where nothing is chosen', async () => {
    const context = quiet(new FakeContext())
    context.add('a', square())
    context.add('b', square(200))
    context.add('c', square(1000))
    context.add('p', { kind: 'point', frame: 'f', position: [50, 51] })
    const gesture = split.start(context)
    clicks(gesture, [-10, 50], [310, 52])
    expect(gesture.act?.('finish')).toBe(true)
    await settled()
    expect(context.operated).toEqual([
      {
        message: 'Split by a line',
        ids: ['a', 'b'],
        operation: {
          operation: 'split',
          options: {
            line: {
              kind: 'polyline',
              frame: 'f',
              width: null,
              path: [
                [-10, 50],
                [310, 52],
              ],
            },
          },
        },
      },
    ])
    expect(context.selection.ids.value).toEqual([])
    expect(context.current).toBeNull()
  })

  test('only what is chosen, else; the pieces are chosen afterwards', async () => {
    const context = quiet(new FakeContext())
    context.add('a', square())
    context.add('b', square(200))
    context.selection.set('b')
    context.operate = async () => ['b', 'new']
    const gesture = reshape.start(context)
    clicks(gesture, [-10, 50], [310, 50])
    gesture.act?.('finish')
    await settled()
    expect(context.selection.ids.value).toEqual(['b', 'new'])
  })

  test('from corner to corner a line crosses too; beside everything it says so', async () => {
    const context = new FakeContext()
    context.add('a', square())
    const gesture = split.start(context)
    clicks(gesture, [1, 1], [99, 99])
    gesture.act?.('finish')
    await settled()
    expect(context.operated[0]?.ids).toEqual(['a'])
    clicks(gesture, [500, 1], [600, 99])
    gesture.act?.('finish')
    await settled()
    expect(context.told[0]).toContain('crosses no shape')
    expect(context.current?.vertices).toHaveLength(2)
    gesture.act?.('cancel')
    expect(context.current?.vertices ?? []).toHaveLength(0)
  })
})

describe('rotate, scale, move', () => {
  const start = (geometry: Polygon | Polyline | Box = square()) => {
    const context = new FakeContext()
    context.add('a', geometry)
    context.selection.set('a')
    const gesture = turn.start(context)
    return { context, gesture, made: () => context.reshaped.at(-1)?.shapes[0]?.geometry as Polygon }
  }

  test('the box and its knob are shown for what is chosen', () => {
    const { context, gesture } = start()
    expect(context.current?.vertices).toHaveLength(5)
    context.selection.set()
    expect(context.current).toBeNull()
    gesture.stop()
  })

  test('the knob turns about the middle; Shift by steps of 15 degrees', () => {
    const { context, gesture, made } = start()
    drag(gesture, at(50, 128), at(128, 50))
    const turned = made().exterior.map((p) => p.map((v) => Math.round(v * 1e6) / 1e6 + 0))
    expect(turned).toEqual([
      [0, 100],
      [0, 0],
      [100, 0],
      [100, 100],
    ])
    expect(context.reshaped[0]?.message).toBe('Rotate object')
    drag(gesture, at(50, 128), at(80, 120, { shift: true }))
    const [dx, dy] = [
      made().exterior[1]![0] - made().exterior[0]![0],
      made().exterior[1]![1] - made().exterior[0]![1],
    ]
    const steps = (Math.atan2(dy, dx) * 12) / Math.PI
    expect(steps - Math.round(steps)).toBeCloseTo(0, 9)
  })

  test('in degrees a turn keeps the shape on the ground', () => {
    const { context, gesture, made } = start()
    context.metric = () => [1, 2]
    drag(gesture, at(50, 128), at(206, 50))
    const [a, b, c] = made().exterior as readonly (readonly [number, number])[]
    const length = (p: readonly [number, number], q: readonly [number, number]) =>
      Math.hypot((q[0] - p[0]) * 0.5, q[1] - p[1])
    expect([length(a!, b!), length(b!, c!)].map(Math.round)).toEqual([50, 100])
  })

  test('a corner scales about the opposite one; Shift keeps the ratio, Alt the middle', () => {
    const { gesture, made } = start()
    drag(gesture, at(100, 100), at(200, 150))
    expect(made().exterior).toEqual([
      [0, 0],
      [200, 0],
      [200, 150],
      [0, 150],
    ])
    drag(gesture, at(100, 100), at(200, 150, { shift: true }))
    expect(made().exterior[2]).toEqual([200, 200])
    drag(gesture, at(100, 100), at(150, 150, { alt: true }))
    expect(made().exterior).toEqual([
      [-50, -50],
      [150, -50],
      [150, 150],
      [-50, 150],
    ])
  })

  test('inside moves; Shift keeps to an axis; a click changes nothing', () => {
    const { context, gesture, made } = start()
    drag(gesture, at(50, 50), at(60, 53))
    expect(made().exterior[0]).toEqual([10, 3])
    drag(gesture, at(50, 50), at(60, 53, { shift: true }))
    expect(made().exterior[0]).toEqual([10, 0])
    const n = context.reshaped.length
    drag(gesture, at(50, 50), at(50, 50))
    gesture.down?.(at(50, 50))
    gesture.drag?.(at(90, 50))
    expect(gesture.act?.('cancel')).toBe(true)
    gesture.drop?.(at(90, 50))
    expect(context.reshaped).toHaveLength(n)
    expect(gesture.down?.(at(500, 500))).toBe(false)
  })

  test('arrows nudge, with Ctrl they turn and scale', async () => {
    const { gesture, made } = start()
    expect(gesture.key?.('ArrowRight')).toBe(true)
    await settled()
    expect(made().exterior[0]).toEqual([1, 0])
    gesture.key?.('Shift+ArrowUp')
    await settled()
    expect(made().exterior[0]).toEqual([0, 10])
    gesture.key?.('Ctrl+Shift+ArrowUp')
    await settled()
    expect(made().exterior[2]![0]).toBeCloseTo(105)
    gesture.key?.('Ctrl+ArrowRight')
    await settled()
    expect(made().exterior[1]![1]).toBeLessThan(0)
    expect(gesture.key?.('V')).toBe(false)
  })

  test('a box stays a rectangle and turns its angle', () => {
    const { gesture, made } = start({
      kind: 'box',
      frame: 'f',
      center: [50, 50],
      size: [100, 100],
      angle: 0,
    } as Box)
    drag(gesture, at(50, 128), at(128, 50))
    const box = made() as unknown as Box
    expect(box.angle).toBeCloseTo(-Math.PI / 2)
    expect(box.size[0]).toBeCloseTo(100)
  })
})
