import { describe, expect, test } from 'vitest'
import { Ellipsoid } from '../src/math/ellipsoid'
import { Ground } from '../src/math/ground'
import { Metric } from '../src/math/metric'
import type { Position } from '../src/math/position'
import { CIRCLE_VERTICES, centerOf, circleAround, rectangleOn } from '../src/math/regular'
import type { Polygon } from '../src/model/geometry'
import { circle } from '../src/tools/circle'
import { Locks } from '../src/tools/parts/locks'
import { clicks, quiet, TypedContext } from './fake-context'

/** Metres of a degree, as a view in longitude and latitude knows them. */
const DEGREES: Metric = ([x, y]) =>
  Ground.units(
    Ground.of(1e-5, [
      [x, y],
      [x + 1e-5, y],
      [x, y + 1e-5],
    ])!,
  )

const CENTER: Position = [11.5, 60.25]

describe('on the ground of degrees', () => {
  test.each([50, 5_000])('a circle of %d m is round within 1e-4', (radius) => {
    const on = Metric.at(DEGREES, CENTER, [radius * 0.6, radius * 0.8])
    for (const p of circleAround(CENTER, on, CIRCLE_VERTICES, DEGREES))
      expect(Ellipsoid.length([CENTER, p]) / radius).toBeCloseTo(1, 4)
  })

  test('three places on a circle lead back to its centre', () => {
    const [a, , b, , , c] = circleAround(CENTER, [11.501, 60.25], 9, DEGREES)
    const found = centerOf(a!, b!, c!, DEGREES)!
    expect(Ellipsoid.length([found, CENTER])).toBeLessThan(0.01)
  })

  test('a rectangle has right angles', () => {
    const [a, b, c, d] = rectangleOn(CENTER, [11.501, 60.2502], [11.502, 60.2512], DEGREES)
    const sides = [a!, b!, c!, d!].map((p, i, all) => Ellipsoid.length([p, all[(i + 1) % 4]!]))
    expect(sides[0]! / sides[2]!).toBeCloseTo(1, 4)
    expect(Ellipsoid.length([a!, c!]) / Math.hypot(sides[0]!, sides[1]!)).toBeCloseTo(1, 4)
  })

  test('a length and an angle are typed in metres; places stay degrees', () => {
    const start = { from: CENTER, before: null }
    const locks = { ...Locks.NONE, distance: 100, angle: 30 }
    const to = Locks.aimed(locks, start, CENTER, false, DEGREES)!
    expect(Ellipsoid.length([CENTER, to])).toBeCloseTo(100, 2)
    expect(Locks.read(Locks.NONE, { start, at: to }, false, DEGREES).angle).toBeCloseTo(30, 4)
    const east = Locks.aimed({ ...Locks.NONE, x: 11.51, angle: 0 }, start, [0, 0], false, DEGREES)!
    expect(east).toEqual([11.51, 60.25])
  })

  test('a typed radius makes a circle of that radius', () => {
    const context = quiet(new TypedContext())
    context.metric = DEGREES
    const gesture = circle.start(context)
    clicks(gesture, [11.5, 60.25])
    gesture.drop?.({ position: CENTER, alt: false, shift: false, ctrl: false })
    context.locks = { ...Locks.NONE, distance: 250, angle: 90 }
    gesture.refresh?.()
    gesture.place?.(Locks.aimed(context.locks, { from: CENTER, before: null }, CENTER, false, DEGREES)!)
    const made = context.drawn[0] as Polygon
    for (const p of made.exterior) expect(Ellipsoid.length([CENTER, p])).toBeCloseTo(250, 1)
  })
})
