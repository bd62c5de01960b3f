import { describe, expect, test } from 'vitest'
import type { Position } from '../src/math/position'
import { centerOf, circleAround, rectangleOn } from '../src/math/regular'
import { thinned } from '../src/math/thin'
import type { Box, Keypoints, MultiPolygon, Polygon, Polyline } from '../src/model/geometry'
import type { LabelClass } from '../src/model/ontology'
import { addPart } from '../src/tools/add-part'
import { boxTurned } from '../src/tools/box-turned'
import { circle } from '../src/tools/circle'
import { circleThree } from '../src/tools/circle-three'
import { familiesOf, nextOf } from '../src/tools/family'
import { fillRing } from '../src/tools/fill-ring'
import { keypoints } from '../src/tools/keypoints'
import { Locks } from '../src/tools/parts/locks'
import { polygon } from '../src/tools/polygon'
import { polygonFreehand } from '../src/tools/polygon-freehand'
import { polylineFreehand } from '../src/tools/polyline-freehand'
import { rectangle } from '../src/tools/rectangle'
import { rectangleTurned } from '../src/tools/rectangle-turned'
import { select } from '../src/tools/select'
import { at, clicks, drag, FakeContext, quiet, square, TypedContext } from './fake-context'

describe('families', () => {
  const families = familiesOf([select, polygon, polygonFreehand, rectangle])

  test('variants share one place and the key of the first', () => {
    expect(families.map(({ id, tools }) => [id, tools.length])).toEqual([
      ['select', 1],
      ['polygon', 2],
      ['regular', 1],
    ])
  })

  test('the key takes the one in front, then the next, round and round', () => {
    const family = families[1]!
    expect(nextOf(family, select, undefined)).toBe(polygon)
    expect(nextOf(family, select, polygonFreehand)).toBe(polygonFreehand)
    expect(nextOf(family, polygon, polygon)).toBe(polygonFreehand)
    expect(nextOf(family, polygonFreehand, polygonFreehand)).toBe(polygon)
  })
})

describe('thinning out', () => {
  test('what is dropped lies within the tolerance, what stays is to the bit', () => {
    const path = Array.from({ length: 400 }, (_, i): Position => [i * 0.37, 20 * Math.sin(i / 30) + 0.1])
    const kept = thinned(path, 0.5)
    expect(kept.length).toBeLessThan(60)
    expect(kept.every((p) => path.includes(p))).toBe(true)
    expect([kept[0], kept.at(-1)]).toEqual([path[0], path.at(-1)])
    for (const p of path) expect(distanceTo(p, kept)).toBeLessThanOrEqual(0.5)
  })

  test('a closed run keeps more than its ends', () => {
    const ring = circleAround([0, 0], [10, 0], 100)
    expect(thinned([...ring, ring[0]!], 0.5).length).toBeGreaterThan(8)
  })
})

function distanceTo([x, y]: Position, path: readonly Position[]): number {
  let least = Infinity
  for (let i = 1; i < path.length; i++) {
    const [a, b] = [path[i - 1]!, path[i]!]
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
    const t = Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    least = Math.min(least, Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy))
  }
  return least
}

describe('freehand', () => {
  test('a drag streams, clicks add single vertices, both in one line', () => {
    const context = quiet(new FakeContext())
    const gesture = polylineFreehand.start(context)
    drag(gesture, at(0, 0), at(20, 0.2), at(50, 0), at(50, 20), at(50, 60))
    drag(gesture, at(90, 61), at(90, 61)) // a press without a way is a click
    gesture.click?.(at(90, 61)) // which the view tells of once more
    gesture.act?.('finish')
    expect((context.drawn[0] as Polyline).path).toEqual([
      [0, 0],
      [50, 0],
      [50, 60],
      [90, 61],
    ])
  })

  test('a drag that comes back to its start closes the polygon', () => {
    const context = quiet(new FakeContext())
    const gesture = polygonFreehand.start(context)
    drag(gesture, at(0, 0), at(50, 0), at(50, 50), at(0, 50), at(1, 2))
    expect((context.drawn[0] as Polygon).exterior).toEqual([
      [0, 0],
      [50, 0],
      [50, 50],
      [0, 50],
    ])
  })

  test('in the plain tool a drag is the map’s, with Ctrl it streams', () => {
    const context = quiet(new FakeContext())
    const gesture = polygon.start(context)
    expect(gesture.down?.(at(0, 0))).toBe(false)
    clicks(gesture, [0, 0])
    drag(gesture, at(10, 0, { ctrl: true }), at(30, 0), at(50, 0), at(50, 50))
    gesture.act?.('finish')
    expect((context.drawn[0] as Polygon).exterior).toEqual([
      [0, 0],
      [10, 0],
      [50, 0],
      [50, 50],
    ])
  })
})

describe('regular shapes', () => {
  test('a rectangle between two corners, with Shift a square', () => {
    const context = quiet(new FakeContext())
    const gesture = rectangle.start(context)
    drag(gesture, at(10, 10), at(40, 30))
    drag(gesture, at(0, 0), at(40, -30, { shift: true }))
    expect(context.drawn.map((g) => (g as Polygon).exterior)).toEqual([
      [
        [10, 10],
        [40, 10],
        [40, 30],
        [10, 30],
      ],
      [
        [0, 0],
        [40, 0],
        [40, -40],
        [0, -40],
      ],
    ])
  })

  test('three points make a turned rectangle or box', () => {
    const context = quiet(new FakeContext())
    for (const tool of [rectangleTurned, boxTurned]) {
      const gesture = tool.start(context)
      drag(gesture, at(0, 0), at(30, 40))
      gesture.move?.(at(0, 50))
      drag(gesture, at(-40, 30), at(-40, 30))
    }
    const [outline, box] = context.drawn as [Polygon, Box]
    const corners = [
      [0, 0],
      [30, 40],
      [-10, 70],
      [-40, 30],
    ]
    outline.exterior.forEach((p, i) => {
      expect(p[0]).toBeCloseTo(corners[i]![0]!, 12)
      expect(p[1]).toBeCloseTo(corners[i]![1]!, 12)
    })
    expect(box.size[0]).toBeCloseTo(50, 12)
    expect(box.angle).toBeCloseTo(Math.atan2(40, 30), 12)
  })

  test('circles have 72 corners on the rim; a line makes none', () => {
    const context = quiet(new FakeContext())
    drag(circle.start(context), at(5, 5), at(35, 45))
    const three = circleThree.start(context)
    for (const [x, y] of [
      [10, 0],
      [0, 10],
      [-10, 0],
    ] as const)
      drag(three, at(x, y), at(x, y))
    const [one, two] = context.drawn.map((g) => (g as Polygon).exterior)
    expect([one!.length, two!.length]).toEqual([72, 72])
    for (const [x, y] of one!) expect(Math.hypot(x - 5, y - 5)).toBeCloseTo(50, 10)
    for (const [x, y] of two!) expect(Math.hypot(x, y)).toBeCloseTo(10, 10)
    expect(one![0]).toEqual([35, 45])
    for (const x of [0, 10, 20]) drag(three, at(x, 0), at(x, 0))
    expect(context.drawn).toHaveLength(2)
    expect(context.told[0]).toContain('line')
  })

  test('map coordinates keep their digits', () => {
    const [x, y] = [399999.123, 5600000.456]
    const center = centerOf([x + 10, y], [x, y + 10], [x - 10, y])!
    expect(Math.hypot(center[0] - x, center[1] - y)).toBeLessThan(1e-8)
    const on = rectangleOn([x, y], [x + 30, y], [x + 5, y + 7])
    expect(on[2]).toEqual([x + 30, y + 7])
  })
})

describe('parts and fillings', () => {
  test('a filling and its hole are the same ring, in one step', () => {
    const context = quiet(new FakeContext())
    context.add('p', square(0, 0, 100))
    const gesture = fillRing.start(context)
    clicks(gesture, [20, 20], [40, 20.125], [40, 40])
    gesture.act?.('finish')
    expect(context.reshaped).toHaveLength(1)
    const pierced = context.reshaped[0]!.shapes[0]!.geometry as Polygon
    expect(pierced.holes[0]).toEqual((context.drawn[0] as Polygon).exterior)
    expect(pierced.exterior).toEqual(square(0, 0, 100).exterior)
  })

  test('a part beside the others is added, over them it is refused', () => {
    const context = quiet(new FakeContext())
    const before = square(0, 0, 100)
    context.selection.set(context.add('p', before))
    const gesture = addPart.start(context)
    clicks(gesture, [50, 50], [150, 50], [150, 150])
    gesture.act?.('finish')
    expect(context.told[0]).toContain('overlaps')
    gesture.act?.('cancel')
    clicks(gesture, [200, 0], [300, 0], [300, 100])
    gesture.act?.('finish')
    const made = context.reshaped[0]!.shapes[0]!.geometry as MultiPolygon
    expect(made.kind).toBe('multipolygon')
    expect(made.parts[0]!.exterior).toBe(before.exterior)
    expect(made.parts[1]!.exterior).toHaveLength(3)
  })

  test('a line gets lines; with nothing chosen it is said', () => {
    const context = quiet(new FakeContext())
    const path: Position[] = [
      [0, 0],
      [10, 10],
    ]
    context.add('l', { kind: 'polyline', frame: 'f', path, width: null })
    const gesture = addPart.start(context)
    clicks(gesture, [50, 50], [60, 60], [70, 50])
    gesture.act?.('finish')
    expect(context.told[0]).toContain('Choose')
    gesture.act?.('cancel')
    context.selection.set('l')
    clicks(gesture, [50, 50], [60, 60])
    gesture.act?.('finish')
    expect(context.reshaped[0]!.shapes[0]!.geometry).toMatchObject({
      kind: 'multipolyline',
      paths: [
        path,
        [
          [50, 50],
          [60, 60],
        ],
      ],
    })
  })
})

describe('keypoints', () => {
  const skeleton = {
    names: ['nose', 'left', 'right', 'tail'],
    edges: [
      [0, 1],
      [0, 2],
    ],
    flips: [],
  }
  const skeletal = () => {
    const context = quiet(new FakeContext())
    return Object.assign(context, { label: { title: 'Bird', skeleton } as unknown as LabelClass })
  }

  test('one after the other, named; hidden, skipped, and finished by itself', () => {
    const context = skeletal()
    const gesture = keypoints.start(context)
    expect(gesture.key?.('V')).toBe(false) // nothing is begun: the key keeps its meaning
    clicks(gesture, [1, 2])
    expect(context.current?.label?.text).toBe('left · 2 of 4')
    clicks(gesture, [30, 40])
    gesture.key?.('V')
    gesture.key?.('Q')
    clicks(gesture, [5, 60])
    expect(context.drawn).toEqual([
      {
        kind: 'keypoints',
        frame: 'f',
        points: [
          { name: 'nose', position: [1, 2], visible: true },
          { name: 'left', position: [30, 40], visible: false },
          { name: 'right', position: null, visible: true },
          { name: 'tail', position: [5, 60], visible: true },
        ],
      },
    ])
  })

  test('Enter finishes early, Backspace drops one, V turns the one under the pointer', () => {
    const context = skeletal()
    const gesture = keypoints.start(context)
    clicks(gesture, [0, 0], [50, 0], [99, 99])
    gesture.act?.('back')
    gesture.move?.(at(2, 1))
    gesture.key?.('V')
    gesture.act?.('finish')
    const { points } = context.drawn[0] as Keypoints
    expect(points.map((p) => [p.position?.[0] ?? null, p.visible])).toEqual([
      [0, false],
      [50, true],
      [null, true],
      [null, true],
    ])
  })

  test('a class without a skeleton is told', () => {
    const context = quiet(new FakeContext())
    clicks(keypoints.start(context), [1, 1])
    expect(context.told[0]).toContain('skeleton')
  })
})

describe('typed numbers', () => {
  const start = { from: [10, 20] as Position, before: [0, 20] as Position }
  const near = (found: Position | null, wanted: Position) => {
    expect(found?.[0]).toBeCloseTo(wanted[0], 12)
    expect(found?.[1]).toBeCloseTo(wanted[1], 12)
  }

  test('what is locked holds, the pointer gives the rest', () => {
    const aimed = (locks: Partial<Locks>, pointer: Position = [14, 27], isYDown = false) =>
      Locks.aimed({ ...Locks.NONE, ...locks }, start, pointer, isYDown)
    near(aimed({ distance: 5, angle: 90 }), [10, 25])
    near(aimed({ distance: 5, angle: 90 }, [0, 0], true), [10, 15])
    near(aimed({ distance: 5 }, [10, 99]), [10, 25])
    near(aimed({ angle: 0 }), [14, 20])
    near(aimed({ angle: 90, isAngleRelative: true }), [10, 27])
    near(aimed({ x: 3, y: 4 }), [3, 4])
    near(aimed({ x: 3, y: -4, isPlaceRelative: true }), [13, 16])
    near(aimed({ x: 13, distance: 5 }), [13, 24])
    near(aimed({ x: 13, angle: 45 }), [13, 23])
    expect(aimed({ x: 30, distance: 5 })).toBeNull()
    expect(aimed({ x: 30, angle: 90 })).toBeNull()
  })

  test('what is read is what would have to be typed', () => {
    const locks = { ...Locks.NONE, isAngleRelative: true, isPlaceRelative: true }
    const read = Locks.read(locks, { start, at: [10, 25] }, false)
    expect(read).toEqual({ distance: 5, angle: 90, x: 0, y: 5 })
  })

  test('Shift keeps to 45° from north and from the segment before', () => {
    near(Locks.stepped(start, [20, 21], false), [20, 20])
    const slanted = { from: [10, 10] as Position, before: [0, 5] as Position }
    near(Locks.stepped(slanted, [8.1, 14.05], false), [8, 14]) // square to the segment before
  })

  test('a typed vertex is placed to the bit and frees the locks', () => {
    const context = quiet(new TypedContext())
    const gesture = polygon.start(context)
    gesture.place?.([0.1, 0.2])
    context.locks = { ...Locks.NONE, distance: 10, angle: 0 }
    clicks(gesture, [50, 50])
    expect(Locks.isFree(context.locks)).toBe(true)
    gesture.place?.([10.1, 7])
    gesture.act?.('finish')
    expect((context.drawn[0] as Polygon).exterior).toEqual([
      [0.1, 0.2],
      [10.1, 0.2],
      [10.1, 7],
    ])
  })

  test('P takes the direction of an edge, again across it, again none', () => {
    const context = quiet(new TypedContext())
    context.add('n', {
      kind: 'polyline',
      frame: 'f',
      path: [
        [100, 0],
        [200, 100],
      ],
      width: null,
    })
    const gesture = polygon.start(context)
    expect(gesture.key?.('P')).toBe(false)
    clicks(gesture, [0, 0])
    gesture.move?.(at(150, 51))
    expect(gesture.key?.('P')).toBe(true)
    expect(context.locks.angle).toBeCloseTo(45, 12)
    gesture.key?.('P')
    expect(context.locks.angle).toBeCloseTo(135, 12)
    gesture.key?.('P')
    expect(Locks.isFree(context.locks)).toBe(true)
  })
})
