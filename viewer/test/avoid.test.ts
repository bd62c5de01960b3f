import { expect, test } from 'vitest'
import type { Position } from '../src/math/position'
import type { Geometry, Polygon } from '../src/model/geometry'
import type { LabelClass } from '../src/model/ontology'
import { flawOf } from '../src/shapes/soundness'
import { polygon } from '../src/tools/polygon'
import { clicks, FakeContext, settled } from './fake-context'

function ring(...exterior: Position[]): Polygon {
  return { kind: 'polygon', frame: 'f', exterior, holes: [] }
}

const LEFT = ring([0, 0], [100, 0], [100, 100], [0, 100])

class Table extends FakeContext {
  label = { slug: 'a' } as LabelClass
  readonly asked: (readonly Geometry[])[] = []
  left: Geometry | null = ring([100, 25], [200, 20], [200, 60], [100, 55])

  constructor() {
    super()
    this.isSnapping = false
    this.aids = { ...this.aids, isAvoiding: true }
    this.cutOut = async (_geometry, by) => {
      this.asked.push(by)
      return this.left
    }
  }
}

async function draw(context: Table, ...corners: [number, number][]): Promise<void> {
  const gesture = polygon.start(context)
  clicks(gesture, ...corners)
  gesture.act?.('finish')
  await settled()
}

test('a new polygon is cut back by those of its class, and both get the same vertices', async () => {
  const context = new Table()
  context.add('left', LEFT)
  await draw(context, [50, 30], [200, 20], [200, 60], [50, 50])
  expect(context.asked).toEqual([[LEFT]])
  expect(context.drawn).toEqual([context.left])
  const after = context.reshaped[0]!.shapes[0]!.geometry as Polygon
  expect(after.exterior).toEqual([
    [0, 0],
    [100, 0],
    [100, 25],
    [100, 55],
    [100, 100],
    [0, 100],
  ])
  expect(flawOf(new Map([['left', after]]), new Map([['new', context.drawn[0]!]]))).toBeNull()
})

test('a neighbour’s vertex on the new border becomes one of it too', async () => {
  const context = new Table()
  context.add('left', ring([0, 0], [100, 0], [100, 50], [100, 100], [0, 100]))
  context.left = ring([100, 25], [200, 20], [200, 60], [100, 75])
  await draw(context, [50, 30], [200, 20], [200, 60], [50, 80])
  expect((context.drawn[0] as Polygon).exterior).toContainEqual([100, 50])
})

test('other classes, and neighbours that are not touched, are left alone', async () => {
  const context = new Table()
  context.add('left', LEFT)
  context.label = { slug: 'b' } as LabelClass
  await draw(context, [50, 30], [200, 20], [200, 60])
  context.label = { slug: 'a' } as LabelClass
  await draw(context, [150, 30], [200, 20], [200, 60])
  expect(context.asked).toEqual([])
  expect(context.drawn).toHaveLength(2)
  expect(context.reshaped).toEqual([])
})

test('where nothing is left, nothing is drawn', async () => {
  const context = new Table()
  context.add('left', LEFT)
  context.left = null
  await draw(context, [10, 10], [50, 10], [50, 50])
  expect(context.drawn).toEqual([])
})
