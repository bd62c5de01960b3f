import { describe, expect, test } from 'vitest'
import type { Position } from '../src/math/position'
import { isCrossingItself } from '../src/math/ring'
import type { Polygon } from '../src/model/geometry'
import { polygon } from '../src/tools/polygon'
import { select } from '../src/tools/select'
import { at, clicks, drag, FakeContext, settled } from './fake-context'

/** A corner that no decimal number hits: shared only where it is copied to the bit. */
const ODD: Position = [100.1 + 0.2, 100 / 3]

const LEFT = ring([0, 0], [100, 0], ODD, [100, 100], [0, 100])
const RIGHT = ring([200, 0], [200, 100], [100, 100], ODD, [100, 0])
const BELOW = ring([100, 0], [0, 0], [0, -100], [200, -100], [200, 0])

function ring(...exterior: Position[]): Polygon {
  return { kind: 'polygon', frame: 'f', exterior, holes: [] }
}

/** Three polygons that share borders, of which the left one is chosen. */
function table() {
  const context = new FakeContext()
  for (const [id, shape] of Object.entries({ left: LEFT, right: RIGHT, below: BELOW })) context.add(id, shape)
  context.selection.set('left')
  const gesture = select.start(context)
  const made = () => {
    expect(context.reshaped).toHaveLength(1)
    const { message, shapes } = context.reshaped[0]!
    const ids = shapes.map(({ id }) => id).toSorted()
    const of = (id: string) => (shapes.find((s) => s.id === id)?.geometry as Polygon | undefined)?.exterior
    return { message, ids, of }
  }
  return { context, gesture, made }
}

describe('topological editing', () => {
  test('a shared vertex moves for all its owners, in one step, to the same bits', () => {
    const { gesture, made } = table()
    drag(gesture, at(ODD[0], ODD[1]), at(110, 40), at(120.1 + 0.2, 50.3))
    const { ids, of, message } = made()
    expect(message).toBe('Move vertex of 2 objects')
    expect(ids).toEqual(['left', 'right'])
    expect(of('left')![2]).toEqual([120.1 + 0.2, 50.3])
    expect(of('right')![3]).toEqual(of('left')![2])
    expect(of('left')!.toSpliced(2, 1)).toEqual(LEFT.exterior.toSpliced(2, 1))
  })

  test('a corner of three goes for three', () => {
    const { gesture, made } = table()
    drag(gesture, at(100, 0), at(90, 20))
    expect(made().ids).toEqual(['below', 'left', 'right'])
  })

  test('switched off, only the chosen one follows', () => {
    const { context, gesture, made } = table()
    context.aids = { ...context.aids, isTopological: false }
    drag(gesture, at(100, 0), at(80, 20))
    expect(made().ids).toEqual(['left'])
  })

  test('Alt-drag shifts a shared edge with both its ends', () => {
    const { gesture, made } = table()
    drag(gesture, at(100.2, 70, { alt: true }), at(110.2, 70), at(120.2, 70))
    const { ids, of, message } = made()
    expect(message).toBe('Move edge of 2 objects')
    expect(ids).toEqual(['left', 'right'])
    expect(of('left')!.slice(2, 4)).toEqual([
      [ODD[0] + 20, ODD[1]],
      [120, 100],
    ])
    expect(of('right')!.slice(2, 4)).toEqual(of('left')!.slice(2, 4).toReversed())
  })

  test('a vertex on a shared edge is put into all owners', () => {
    const { context, gesture, made } = table()
    context.isSnapping = false
    drag(gesture, at(100.2, 70), at(120, 80))
    const { ids, of } = made()
    expect(ids).toEqual(['left', 'right'])
    expect(of('left')).toEqual(LEFT.exterior.toSpliced(3, 0, [120, 80]))
    expect(of('right')).toEqual(RIGHT.exterior.toSpliced(3, 0, [120, 80]))
  })

  test('a vertex dropped on an edge of a neighbour becomes a vertex of that edge', () => {
    const { context, gesture, made } = table()
    context.add('far', ring([0, 120], [100, 120], [100, 150], [0, 150]))
    drag(gesture, at(0, 100), at(30, 118))
    expect(made().of('far')).toEqual([
      [0, 120],
      [30, 120],
      [100, 120],
      [100, 150],
      [0, 150],
    ])
    expect(made().of('left')!.at(-1)).toEqual([30, 120])
  })

  test('a shared vertex is deleted from all; a corner of three is kept', () => {
    const first = table()
    first.gesture.move?.(at(ODD[0], ODD[1]))
    expect(first.gesture.act?.('delete')).toBe(true)
    expect(first.made().of('left')).toEqual(LEFT.exterior.toSpliced(2, 1))
    expect(first.made().of('right')).toEqual(RIGHT.exterior.toSpliced(3, 1))
    const { context, gesture } = table()
    gesture.move?.(at(100, 0))
    gesture.act?.('delete')
    expect(context.reshaped).toEqual([])
    expect(context.told[0]).toContain('Three borders meet')
  })

  test('a move that would make a ring cross itself is marked while it is dragged and refused', async () => {
    const { context, gesture } = table()
    context.isSnapping = false
    gesture.move?.(at(ODD[0], ODD[1]))
    gesture.down?.(at(ODD[0], ODD[1]))
    gesture.drag?.(at(-50, 50))
    expect(context.current?.problem?.sentence).toContain('crosses itself')
    expect(context.current?.problem?.positions.length).toBeGreaterThan(0)
    gesture.drop?.(at(-50, 50))
    expect(context.reshaped).toEqual([])
    expect(context.told[0]).toContain('Nothing was changed')
    await settled()
    expect(context.current).toBeNull()
  })

  test('members of one mesh must not come to overlap; what lies over them by chance may', () => {
    const { context, gesture } = table()
    context.isSnapping = false
    context.add('tree', ring([-60, 120], [-20, 120], [-20, 160], [-60, 160]))
    drag(gesture, at(0, 100), at(-40, 140))
    expect(context.reshaped).toHaveLength(1)
    const other = table()
    other.context.isSnapping = false
    other.context.labels.set('below', {
      ...other.context.labels.get('below')!,
      geometry: ring([100, 0], [90, -60], [0, -60], [0, -100], [200, -100], [200, 0]),
    })
    drag(other.gesture, at(0, 0), at(20, -80))
    expect(other.context.reshaped).toEqual([])
    expect(other.context.told[0]).toContain('overlap its neighbour')
  })

  test('a shape that crosses itself already can be mended in steps', () => {
    const { context, gesture } = table()
    context.isSnapping = false
    const bow = ring([400, 0], [500, 100], [500, 0], [400, 100])
    expect(isCrossingItself(bow.exterior)).toBe(true)
    context.selection.set(context.add('bow', bow))
    drag(gesture, at(500, 100), at(480, 90))
    expect(context.reshaped).toHaveLength(1)
  })

  test('a locked owner keeps the border where it is', () => {
    const { context, gesture } = table()
    const shown = context.shown
    context.shown = (id: string) => (id === 'right' ? null : shown(id))
    drag(gesture, at(ODD[0], ODD[1]), at(130, 50))
    expect(context.reshaped).toEqual([])
    expect(context.told[0]).toContain('locked')
  })

  test('heights belong to their owners', () => {
    const { context, gesture, made } = table()
    context.isSnapping = false
    context.labels.set('right', {
      ...context.labels.get('right')!,
      geometry: ring(...RIGHT.exterior.map(([x, y]): Position => [x, y, 7.25])),
    })
    drag(gesture, at(ODD[0], ODD[1]), at(130, 50))
    expect(made().of('right')![3]).toEqual([130, 50, 7.25])
    expect(made().of('left')![2]).toEqual([130, 50])
  })
})

describe('an outline that crosses itself', () => {
  test('is marked while it is drawn, and not finished until it is mended', () => {
    const context = new FakeContext()
    const gesture = polygon.start(context)
    clicks(gesture, [0, 0], [100, 0], [100, 100])
    expect(context.current?.problem).toBeNull()
    gesture.move?.(at(50, -50))
    expect(context.current!.problem!.positions[0]![1]).toBeCloseTo(0, 12)
    clicks(gesture, [50, -50])
    gesture.move?.(at(0, -50))
    expect(context.current?.problem?.sentence).toContain('crosses itself')
    gesture.act?.('finish')
    expect(context.drawn).toEqual([])
    expect(context.told[0]).toContain('Backspace')
    gesture.act?.('back')
    gesture.move?.(at(0, 90))
    expect(context.current?.problem).toBeNull()
    gesture.act?.('finish')
    expect(context.drawn).toHaveLength(1)
  })

  test('where only its closing edge crosses, that is marked when it is to be finished', () => {
    const context = new FakeContext()
    const gesture = polygon.start(context)
    clicks(gesture, [0, 0], [100, 0], [100, 100], [150, -50])
    gesture.act?.('back')
    clicks(gesture, [50, 100], [50, -10])
    expect(context.drawn).toEqual([])
    gesture.act?.('finish')
    expect(context.drawn).toEqual([])
    expect(context.current?.problem).not.toBeNull()
  })
})
