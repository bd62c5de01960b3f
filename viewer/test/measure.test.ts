import { expect, test } from 'vitest'
import { Ellipsoid } from '../src/math/ellipsoid'
import { Patch } from '../src/math/patch'
import type { Position } from '../src/math/position'

// oracle: pyproj.Geod(ellps='WGS84').line_length and .polygon_area_perimeter
const RING: readonly Position[] = [
  [9, 48],
  [9.02, 48.001],
  [9.025, 48.015],
  [9.001, 48.013],
]
const off = (found: number, wanted: number) => Math.abs(found / wanted - 1)

test('lengths are those of the ellipsoid', () => {
  expect(off(Ellipsoid.length(RING), 4901.656742542948)).toBeLessThan(1e-7)
  expect(off(Ellipsoid.length([...RING, RING[0]!]), 6349.057150460913)).toBeLessThan(1e-7)
  const far: Position[] = [
    [9, 48],
    [10, 48.5],
  ]
  expect(off(Ellipsoid.length(far), 92768.54501857945)).toBeLessThan(3e-5)
})

test('areas are those of the ellipsoid', () => {
  expect(off(Ellipsoid.area(RING), 2426721.1230433583)).toBeLessThan(1e-5)
  expect(Ellipsoid.area([])).toBe(0)
})

test('a patch leads from the frame to longitude and latitude', () => {
  // oracle: pyproj, EPSG:3857 to EPSG:4326, 5 km around (1000000, 6000000)
  const [west, middle, east] = [8.938237076989237, 8.983152841195214, 9.02806860540119]
  const answers = [47.32326682309986, 47.353704702433106, 47.384125035792685].flatMap((lat) =>
    [west, middle, east].map((lon): Position => [lon, lat]),
  )
  const patch = Patch.of([1e6, 6e6], 5000, answers)!
  const [lon, lat] = Patch.place(patch, [1003200, 5995900])
  expect(Math.abs(lon - 9.011898930287037)).toBeLessThan(1e-9)
  expect(Math.abs(lat - 47.32874693634124)).toBeLessThan(1e-8)
  expect(Patch.places([1e6, 6e6], 5000)[5]).toEqual([1005000, 6e6])
  expect(Patch.of([1e6, 6e6], 5000, answers.with(7, null as unknown as Position))).toBeNull()
})

test('a patch goes on across the antimeridian', () => {
  const answers = [-1, 0, 1].flatMap((lat) => [179, 180, -179].map((lon): Position => [lon, lat]))
  const patch = Patch.of([0, 0], 1, answers)!
  expect(Patch.place(patch, [1, 0])).toEqual([181, 0])
  expect(Patch.place(patch, [-0.5, 0.5])).toEqual([179.5, 0.5])
})
