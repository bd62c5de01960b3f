import { expect, test } from 'vitest'
import { Annotation } from '../src/model/annotation'
import { Box, type Geometry, type Polygon } from '../src/model/geometry'
import { shapeOf } from '../src/shapes'
import { areaIn, isCovering, nearestEdge, nearestVertex } from '../src/shapes/hit'
import { Placement } from '../src/shapes/placement'

const POLYGON: Polygon = {
  kind: 'polygon',
  frame: 'map',
  exterior: [
    [0.1, 0.2],
    [10, 0],
    [10, 10],
    [0, 10],
  ],
  holes: [
    [
      [2, 2],
      [4, 2],
      [3, 4],
    ],
  ],
}

test('moving one vertex leaves all others as they were, to the bit', () => {
  const moved = shapeOf(POLYGON).moveVertex(POLYGON, { chain: 0, index: 2 }, [11, 12]) as Polygon
  expect(moved.exterior).toEqual([
    [0.1, 0.2],
    [10, 0],
    [11, 12],
    [0, 10],
  ])
  expect(moved.exterior[0]).toBe(POLYGON.exterior[0])
  expect(moved.holes).toEqual(POLYGON.holes)
})

test('a hole of three loses a vertex and goes; an exterior of three stays', () => {
  const shape = shapeOf(POLYGON)
  expect((shape.removeVertex(POLYGON, { chain: 1, index: 0 }) as Polygon).holes).toEqual([])
  const four = shape.removeVertex(POLYGON, { chain: 0, index: 0 }) as Polygon
  expect(four.exterior).toHaveLength(3)
  expect(shape.removeVertex(four, { chain: 0, index: 0 })).toBeNull()
})

test('a hole is not covered', () => {
  expect(isCovering(POLYGON, [3, 3])).toBe(false)
  expect(isCovering(POLYGON, [8, 8])).toBe(true)
  expect(areaIn(POLYGON)).toBeCloseTo(areaIn({ ...POLYGON, holes: [] }) - 2, 12)
})

test('the closing edge of a ring can be taken', () => {
  const near = nearestEdge(POLYGON, [0.05, 5], 1)
  expect(near?.ref).toEqual({ chain: 0, index: 3 })
  expect(nearestVertex(POLYGON, [9.5, 9.5], 1)?.ref).toEqual({ chain: 0, index: 2 })
})

test('a turned box keeps its opposite corner and angle when one is dragged', () => {
  const box: Box = { kind: 'box', frame: 'f', center: [5, 5], size: [4, 2], angle: 0.5 }
  const before = Box.corners(box)
  const after = Box.withCorner(box, 2, [9, 9])
  expect(after.angle).toBe(0.5)
  const corners = Box.corners(after)
  expect(corners[0]![0]).toBeCloseTo(before[0]![0], 12)
  expect(corners[0]![1]).toBeCloseTo(before[0]![1], 12)
  expect(corners[2]![0]).toBeCloseTo(9, 12)
  expect(corners[2]![1]).toBeCloseTo(9, 12)
})

test('a box fitted to its own corners is itself', () => {
  const box: Box = { kind: 'box', frame: 'f', center: [5, 5], size: [4, 2], angle: -0.7 }
  const fitted = Box.fitted('f', Box.corners(box))
  expect(fitted.angle).toBeCloseTo(-0.7, 12)
  expect(fitted.size[0]).toBeCloseTo(4, 12)
})

test('a label of another frame is shown transformed; only the moved vertex goes back', async () => {
  const asked: [string, number][] = []
  const placement = new Placement('view', async (src, _dst, positions) => {
    asked.push([src, positions.length])
    const sign = src === 'map' ? 1 : -1
    return positions.map(([x, y]) => [x + sign * 1000.1, y - sign * 7.3] as const)
  })
  const annotation = Annotation.make({
    scene: 's',
    label: 'a',
    geometry: POLYGON,
    actor: 'me',
    tool: 'polygon',
  })
  expect(placement.shown(annotation)).toBeNull()
  expect(await placement.prepare([annotation])).toBe(true)
  const shown = placement.shown(annotation) as Polygon
  expect(shown.frame).toBe('view')
  expect(shown.exterior[1]).toEqual([1010.1, -7.3])
  const edited = shapeOf(shown).moveVertex(shown, { chain: 0, index: 0 }, [1001, -7]) as Geometry
  const restored = (await placement.restored([{ annotation, edited }])).get(annotation.id) as Polygon
  expect(asked).toEqual([
    ['map', 7],
    ['view', 1],
  ])
  expect(restored.frame).toBe('map')
  expect(restored.exterior.slice(1)).toEqual(POLYGON.exterior.slice(1))
  expect(restored.holes).toEqual(POLYGON.holes)
  expect(restored.exterior[0]![0]).toBeCloseTo(0.9, 9)
})

test('what has no place in the view frame is not shown', async () => {
  const placement = new Placement('view', async (_src, _dst, positions) => positions.map(() => null))
  const annotation = Annotation.make({
    scene: 's',
    label: 'a',
    geometry: POLYGON,
    actor: 'me',
    tool: 'polygon',
  })
  await placement.prepare([annotation])
  expect(placement.shown(annotation)).toBeNull()
})
