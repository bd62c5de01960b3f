import { describe, expect, test } from 'vitest'
import { Annotation } from '../src/model/annotation'
import type { ViewFrame } from '../src/model/scene'
import { Card } from '../src/panels/wall/card'
import { Crop } from '../src/panels/wall/crop'

const pixel = { kind: 'pixel', id: 'a.pixel', size: [1000, 800], parent: 'map', link: null } as const
const place: ViewFrame = {
  frame: { kind: 'map', id: 'map', crs: 'EPSG:32633' },
  asset: 'a',
  pixel,
  affine: { a: 2, b: 0, c: 500_000, d: 0, e: -2, f: 5_300_000 },
}
const square = (x: number, y: number, side: number) =>
  ({
    kind: 'polygon',
    frame: 'map',
    exterior: [
      [x, y],
      [x + side, y],
      [x + side, y - side],
      [x, y - side],
    ],
    holes: [],
  }) as const

function annotation(fid: number, side: number, more: object = {}): Annotation {
  const geometry = square(500_100, 5_299_900, side)
  return {
    ...Annotation.make({ scene: 's', label: 'a', geometry, actor: 'me', tool: 't' }),
    id: `id${fid}`,
    fid,
    ...more,
  }
}

const cardOf = (a: Annotation) => Card.of(a, a.geometry, place)!

describe('crops', () => {
  test('an object of a map lies in the pixels of the raster', () => {
    const card = cardOf(annotation(1, 80))
    expect(card.bounds).toEqual([50, 50, 90, 90])
    expect(card.outline).toBe('M50 50L90 50L90 90L50 90z')
  })

  test('the square around it has the margin on each side and the object in its middle', () => {
    expect(Crop.around([50, 50, 90, 90], 0.5)).toEqual({ column: 30, row: 30, side: 80 })
    expect(Crop.around([50, 60, 90, 70], 0)).toEqual({ column: 50, row: 45, side: 40 })
  })

  test('a point is seen with what is around it', () => {
    expect(Crop.around([10, 10, 10, 10], 0.3).side).toBe(24)
  })
})

describe('cards', () => {
  const cards = [
    annotation(3, 20, { label: 'b' }),
    annotation(1, 40, { provenance: { score: 0.9 } as never }),
    annotation(2, 10, { provenance: { score: 0.2 } as never, label: 'b' }),
    annotation(0, 30),
  ].map(cardOf)
  const ranks = new Map([
    ['b', 0],
    ['a', 1],
  ])
  const fids = (...by: Parameters<typeof Card.order>) =>
    cards.toSorted(Card.order(...by)).map(({ fid }) => fid)

  test('stand in the order of their numbers, new ones last', () => {
    expect(fids('number', false, ranks)).toEqual([1, 2, 3, 0])
  })

  test('stand by area, by score and by class', () => {
    expect(fids('area', true, ranks)).toEqual([1, 0, 3, 2])
    expect(fids('score', true, ranks)).toEqual([1, 2, 3, 0])
    expect(fids('class', false, ranks)).toEqual([2, 3, 1, 0])
  })

  test('know tags, and whether somebody has decided', () => {
    const card = cardOf(annotation(5, 10, { state: 'rejected', attributes: { tags: ['blurry'] } }))
    expect([card.tags, Card.isReviewed(card)]).toEqual([['blurry'], true])
    expect(Card.isReviewed(cardOf(annotation(6, 10, { state: 'submitted' })))).toBe(false)
  })
})
