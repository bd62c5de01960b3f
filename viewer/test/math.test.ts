import { describe, expect, test } from 'vitest'
import { Affine } from '../src/math/affine'
import { Bounds } from '../src/math/bounds'
import { Ground } from '../src/math/ground'
import { areaOf, isCrossingItself, isInside, isRingInside } from '../src/math/ring'
import { footOf, isCrossing } from '../src/math/segment'
import { outlinesOf } from '../src/math/trace'

const SQUARE = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
] as const

describe('rings', () => {
  test('area keeps its digits far from the origin', () => {
    const far = SQUARE.map(([x, y]) => [x + 4_500_000.25, y + 5_000_000.5] as const)
    expect(areaOf(far)).toBe(16)
    expect(areaOf(far.toReversed())).toBe(-16)
  })

  test('inside, even with an edge on the level of the position', () => {
    expect(isInside([2, 2], SQUARE)).toBe(true)
    expect(isInside([5, 2], SQUARE)).toBe(false)
    expect(isInside([-1, 4], SQUARE)).toBe(false)
  })

  test('a bow tie crosses itself, a square does not', () => {
    expect(isCrossingItself([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]])).toBe(true)
    expect(isCrossingItself(SQUARE)).toBe(false)
  })

  test('a hole that leaves its ring between two inner vertices is not inside', () => {
    const dented = [
      [0, 0],
      [10, 0],
      [10, 10],
      [5, 2],
      [0, 10],
    ] as const
    expect(
      isRingInside(
        [
          [2, 1],
          [8, 1],
          [5, 1.5],
        ],
        dented,
      ),
    ).toBe(true)
    expect(
      isRingInside(
        [
          [1, 5],
          [9, 5],
          [5, 1],
        ],
        dented,
      ),
    ).toBe(false)
  })
})

describe('segments', () => {
  test('the foot on an end is that end to the bit', () => {
    expect(footOf([-1, 7], [0.1, 0.2], [3, 0.2]).position).toEqual([0.1, 0.2])
    expect(footOf([2, 5], [0, 0], [4, 0])).toEqual({ position: [2, 0], t: 0.5, distance: 5 })
  })

  test('touching ends do not cross', () => {
    expect(isCrossing([0, 0], [2, 2], [2, 2], [4, 0])).toBe(false)
    expect(isCrossing([0, 0], [2, 2], [0, 2], [2, 0])).toBe(true)
  })
})

describe('affine links', () => {
  const utm = { a: 0.6, b: 0, c: 498_720.3, d: 0, e: -0.6, f: 5_234_970.9 }

  test('pixel to map and back within 1e-6 px', () => {
    for (const p of [
      [0, 0],
      [4095.5, 17.25],
      [100_000, 100_000],
    ] as const) {
      const back = Affine.applyInverse(utm, Affine.apply(utm, p))
      expect(Math.hypot(back[0] - p[0], back[1] - p[1])).toBeLessThan(1e-6)
    }
  })

  test('which rasters are shown in their map frame', () => {
    expect(Affine.isNorthUp(utm)).toBe(true)
    expect(Affine.isNorthUp({ ...utm, e: -0.5 })).toBe(true)
    expect(Affine.isNorthUp({ ...utm, e: 0.6 })).toBe(false)
    expect(Affine.isNorthUp({ ...utm, b: 0.1 })).toBe(false)
  })
})

describe('ground', () => {
  // oracle: pyproj.Geod(ellps='WGS84'): line from (7, 46) to (7.0001, 46) is 7.74632991 m, to (7, 46.0001) 11.11513195 m; area of the rectangle 86.101402 m2
  const ground = Ground.of(1e-4, [
    [7, 46],
    [7.0001, 46],
    [7, 46.0001],
  ])!

  test('degrees become metres of the ellipsoid', () => {
    expect(
      Ground.length(ground, [
        [7, 46],
        [7.0001, 46],
      ]),
    ).toBeCloseTo(7.74632991, 7)
    expect(
      Ground.length(ground, [
        [7, 46],
        [7, 46.0001],
      ]),
    ).toBeCloseTo(11.11513195, 5)
  })

  test('area is the product for a small rectangle', () => {
    const area = Ground.area(ground, [
      [7, 46],
      [7.0001, 46],
      [7.0001, 46.0001],
      [7, 46.0001],
    ])
    expect(area).toBeCloseTo(86.1014, 2)
  })

  test('the date line is no cliff', () => {
    const across = Ground.of(1, [
      [179.9999, 0],
      [-179.9999, 0],
      [179.9999, 0.0002],
    ])!
    expect(across.eastByX).toBeCloseTo(0.0002 * 111319.49, 1)
  })

  test('no answer is null', () => {
    expect(
      Ground.of(1, [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull()
  })
})

describe('outlines of a mask', () => {
  test('a ring of pixels has an outer and an inner outline', () => {
    // 3 x 3, all set but the middle
    const rings = outlinesOf([10, 20], [3, 3], [0, 4, 1, 4])
    expect(rings.map((ring) => Math.abs(areaOf(ring))).toSorted()).toEqual([1, 9])
    expect(rings.find((ring) => Math.abs(areaOf(ring)) === 9)).toHaveLength(4)
  })

  test('pixels that touch by a corner stay apart', () => {
    const rings = outlinesOf([0, 0], [2, 2], [0, 1, 2, 1])
    expect(rings).toHaveLength(2)
    expect(rings.every((ring) => ring.length === 4)).toBe(true)
  })
})

test('bounds of nothing are null', () => {
  expect(Bounds.of([])).toBeNull()
  expect(
    Bounds.of([
      [1, 5],
      [3, 2],
    ]),
  ).toEqual([1, 2, 3, 5])
})

test('north is up, aside, or down, as the frame lies', () => {
  const plain = { eastByX: 1, eastByY: 0, northByX: 0, northByY: 1 }
  expect(Ground.north(plain, false)).toBe(0)
  // the same ground in pixels: y runs south
  expect(Ground.north({ ...plain, northByY: -1 }, true)).toBe(0)
  // x runs north, y runs west: north is to the right
  expect(Ground.north({ eastByX: 0, eastByY: -1, northByX: 1, northByY: 0 }, false)).toBeCloseTo(90)
})
