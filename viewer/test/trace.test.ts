import { describe, expect, test } from 'vitest'
import type { Position } from '../src/math/position'
import type { Polygon, Polyline } from '../src/model/geometry'
import { placeKey } from '../src/shapes/mesh'
import { shortest, type Ways } from '../src/tools/parts/ways'
import { polygon } from '../src/tools/polygon'
import { polyline } from '../src/tools/polyline'
import type { Gesture } from '../src/tools/tool'
import { at, clicks, FakeContext } from './fake-context'

const ODD: Position = [100.1 + 0.2, 100 / 3]

function ring(...exterior: Position[]): Polygon {
  return { kind: 'polygon', frame: 'f', exterior, holes: [] }
}

function table(): FakeContext {
  const context = new FakeContext()
  context.add('left', ring([0, 0], [100, 0], ODD, [100, 100], [0, 100]))
  context.add('right', ring([200, 0], [200, 100], [100, 100], ODD, [100, 0]))
  return context
}

/** Click with T held. */
function trace(gesture: Gesture, x: number, y: number): void {
  gesture.move?.(at(x, y, { isTracing: true }))
  gesture.click?.(at(x, y, { isTracing: true }))
}

describe('tracing', () => {
  test('follows edges from one object to the next at shared vertices, to the bit', () => {
    const context = table()
    const gesture = polyline.start(context)
    clicks(gesture, [1, 101]) // upper left corner
    gesture.move?.(at(199, 2, { isTracing: true }))
    expect(context.current?.guide).toHaveLength(4)
    trace(gesture, 199, 2)
    gesture.act?.('finish')
    const { path } = context.drawn[0] as Polyline
    expect([path[0], path.at(-1)]).toEqual([
      [0, 100],
      [200, 0],
    ])
    // the way round by the right and the way through the middle differ in length: 100 + 100 + 100 against 100 + 66 + ...
    expect([
      [100, 100],
      [200, 100],
    ]).toContainEqual(path[1])
    expect(
      path
        .slice(1, -1)
        .every((p) => [[100, 100], [200, 100], ODD, [100, 0]].some((q) => q[0] === p[0] && q[1] === p[1])),
    ).toBe(true)
  })

  test('starts and ends on edges between vertices', () => {
    const context = table()
    const gesture = polyline.start(context)
    clicks(gesture, [60, 102])
    trace(gesture, 98, 20)
    gesture.act?.('finish')
    const { path } = context.drawn[0] as Polyline
    expect(path).toHaveLength(4)
    expect(path.slice(0, 3)).toEqual([[60, 100], [100, 100], ODD])
  })

  test('along one edge there is nothing between', () => {
    const context = table()
    const gesture = polyline.start(context)
    clicks(gesture, [20, 101])
    trace(gesture, 60, 101)
    gesture.act?.('finish')
    expect((context.drawn[0] as Polyline).path).toEqual([
      [20, 100],
      [60, 100],
    ])
  })

  test('closing a polygon takes the way too', () => {
    const context = table()
    const gesture = polygon.start(context)
    clicks(gesture, [0, 100], [0, 150], [300, 150], [300, -50], [100, -50], [100, 0])
    trace(gesture, 1, 99)
    expect((context.drawn[0] as Polygon).exterior.at(-1)).toEqual([0, 0])
  })

  test('without T, or with nothing caught, it is a straight line', () => {
    const context = table()
    const gesture = polyline.start(context)
    clicks(gesture, [0, 100], [100, 0])
    trace(gesture, 150, 50)
    gesture.act?.('finish')
    expect((context.drawn[0] as Polyline).path).toEqual([
      [0, 100],
      [100, 0],
      [150, 50],
    ])
  })
})

test('the shortest way is the shortest of all ways', () => {
  // an oracle: every way through a small net, by trying all
  let seed = 7
  const random = () => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  for (let round = 0; round < 30; round++) {
    const places = Array.from({ length: 7 }, (): Position => [random(), random()])
    const ways: Ways = new Map(places.map((p) => [placeKey(p), places.filter(() => random() < 0.4)]))
    const all = (p: Position, seen: readonly Position[], length: number): number =>
      p === places[6]
        ? length
        : Math.min(
            Infinity,
            ...ways
              .get(placeKey(p))!
              .filter((q) => !seen.includes(q))
              .map((q) => all(q, [...seen, q], length + Math.hypot(p[0] - q[0], p[1] - q[1]))),
          )
    const best = all(places[0]!, [places[0]!], 0)
    const found = shortest(ways, places[0]!, places[6]!)
    const length = found?.reduce(
      (sum, p, i) => (i ? sum + Math.hypot(p[0] - found[i - 1]![0], p[1] - found[i - 1]![1]) : 0),
      0,
    )
    expect(length ?? Infinity).toBeCloseTo(best, 12)
  }
})
