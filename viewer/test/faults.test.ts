import { describe, expect, test } from 'vitest'
import type { Position } from '../src/math/position'
import type { Polygon } from '../src/model/geometry'
import { type Checked, faultsOf, filled } from '../src/shapes/faults'

const LIMITS = { thin: 1, depth: 0.01 }

function area(id: string, ...exterior: Position[]): Checked {
  return { id, label: 'field', geometry: { kind: 'polygon', frame: 'f', exterior, holes: [] } }
}

const LEFT = area('left', [0, 0], [100, 0], [100, 100], [0, 100])
const RIGHT = area('right', [100, 0], [200, 0], [200, 100], [100, 100])

describe('faults', () => {
  test('neighbours that share a border have none, whichever way they run', () => {
    expect(faultsOf([LEFT, RIGHT], LIMITS)).toEqual([])
    const turned = area('turned', ...(RIGHT.geometry as Polygon).exterior.toReversed())
    expect(faultsOf([LEFT, turned], LIMITS)).toEqual([])
  })

  test('a vertex on a neighbour’s edge is no overlap', () => {
    const half = area('half', [100, 20], [200, 20], [200, 60], [100, 60])
    expect(faultsOf([LEFT, half], LIMITS)).toEqual([])
  })

  test('an outline that crosses itself is told with the place', () => {
    const [fault] = faultsOf([area('bow', [0, 0], [100, 100], [100, 0], [0, 100])], LIMITS)
    expect(fault).toMatchObject({ kind: 'crossing', ids: ['bow'], positions: [[50, 50]] })
  })

  test('overlaps count within a class only; one inside the other too', () => {
    const over = area('over', [50, 50], [150, 50], [150, 150], [50, 150])
    const inside = area('inside', [10, 10], [20, 10], [20, 20], [10, 20])
    const kinds = faultsOf([LEFT, over, inside], LIMITS).map(({ kind, ids }) => [kind, ids.toSorted()])
    expect(kinds).toEqual(
      [
        ['overlap', ['left', 'over']],
        ['overlap', ['inside', 'left']],
      ].toSorted(),
    )
    expect(faultsOf([LEFT, { ...over, label: 'road' }], LIMITS)).toEqual([])
  })

  test('a sliver', () => {
    expect(faultsOf([area('thin', [0, 0], [100, 0], [100, 0.5], [0, 0.4])], LIMITS)).toMatchObject([
      { kind: 'sliver', ids: ['thin'] },
    ])
  })

  test('a narrow gap is found and filled to the bit', () => {
    const bent = area('bent', [100, 0], [200, 0], [200, 100], [100, 100], [101, 50])
    const [gap, ...others] = faultsOf([LEFT, bent], LIMITS)
    expect(others).toEqual([])
    expect(gap).toMatchObject({ kind: 'gap' })
    expect(gap!.ids.toSorted()).toEqual(['bent', 'left'])
    for (const [one, other] of [
      [LEFT, bent],
      [bent, LEFT],
    ] as const) {
      const geometry = filled(one.geometry, gap!.ring!)
      expect(geometry).not.toBeNull()
      expect(faultsOf([{ ...one, geometry: geometry! }, other], LIMITS)).toEqual([])
    }
  })

  test('a courtyard is no gap', () => {
    const yard: Polygon = {
      ...(LEFT.geometry as Polygon),
      holes: [
        [
          [40, 40],
          [40, 40.5],
          [60, 40.5],
          [60, 40],
        ],
      ],
    }
    expect(faultsOf([{ ...LEFT, geometry: yard }], LIMITS)).toEqual([])
  })
})
