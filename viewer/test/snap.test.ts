import { describe, expect, test } from 'vitest'
import { clashOf, type Edge } from '../src/math/meeting'
import type { Position } from '../src/math/position'
import { turnOf } from '../src/math/turn'
import { keepAids, keptAids } from '../src/panels/aids/kept-aids'
import { Aids, type SnapMode } from '../src/tools/parts/aids'
import { snapped } from '../src/tools/parts/snap'
import { FakeContext } from './fake-context'

const TENTH: Position = [0.1, 0.7]

function context(...modes: SnapMode[]): FakeContext {
  const made = new FakeContext()
  made.aids = { ...Aids.DEFAULT, modes, tolerance: 10 }
  made.add('a', { kind: 'polyline', frame: 'f', path: [TENTH, [100.3, 0.7]], width: null })
  made.add('b', {
    kind: 'polyline',
    frame: 'f',
    path: [
      [20, -50],
      [20, 90],
    ],
    width: null,
  })
  return made
}

describe('what catches', () => {
  const all: SnapMode[] = ['vertex', 'crossing', 'midpoint', 'edge']

  test('a vertex, to the bit, before an edge that is nearer', () => {
    const { position, mark } = snapped(context(...all), [4, 1])
    expect(position).toEqual(TENTH)
    expect(mark?.kind).toBe('snap-vertex')
  })

  test.each([
    ['crossing', [23, 4], [20, 0.7]],
    ['midpoint', [52, 3], [(0.1 + 100.3) / 2, 0.7]],
    ['edge', [70, 5], [70, 0.7]],
  ] as const)('%s has its own place and mark', (mode, at, wanted) => {
    const caught = snapped(context(...all), at)
    expect(caught.mark?.kind).toBe(`snap-${mode}`)
    expect(caught.position[0]).toBeCloseTo(wanted[0], 12)
    expect(caught.position[1]).toBe(wanted[1])
    expect(snapped(context(...all.filter((m) => m !== mode && m !== 'edge')), at).mark).toBeNull()
  })

  test('the tolerance counts, and S', () => {
    const near = context('vertex')
    expect(snapped(near, [9, 1]).mark).not.toBeNull()
    near.aids = { ...near.aids, tolerance: 5 }
    expect(snapped(near, [9, 1]).mark).toBeNull()
    near.isSnapping = false
    expect(snapped(near, TENTH).mark).toBeNull()
  })

  test('what moves with the pointer does not catch it, nor do its edges', () => {
    expect(snapped(context(...all), [3, 1], { moving: [TENTH] }).mark).toBeNull()
  })
})

test('aids are kept by the browser; nonsense is as by default', () => {
  const shelf = new Map<string, string>()
  const storage = {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, value: string) => void shelf.set(key, value),
  } as unknown as Storage
  expect(keptAids(storage)).toEqual({ isSnapping: true, aids: Aids.DEFAULT })
  const aids: Aids = { ...Aids.DEFAULT, modes: ['midpoint'], tolerance: 22, isTopological: false }
  keepAids(storage, false, aids)
  expect(keptAids(storage)).toEqual({ isSnapping: false, aids })
  expect(Aids.of({ modes: ['nonsense', 'edge'], tolerance: 1e9, isTopological: 'yes' })).toEqual({
    ...Aids.DEFAULT,
    modes: ['edge'],
    tolerance: 30,
  })
})

describe('edges that meet', () => {
  const edge = (...n: [number, number, number, number]): Edge => [
    [n[0], n[1]],
    [n[2], n[3]],
  ]

  test.each([
    [edge(0, 0, 10, 0), edge(0, 0, 10, 0), null],
    [edge(0, 0, 10, 0), edge(10, 0, 0, 0), null],
    [edge(0, 0, 10, 0), edge(10, 0, 20, 5), null],
    [edge(0, 0, 10, 0), edge(10, 0, 20, 0), null],
    [edge(0, 0, 10, 0), edge(11, 0, 20, 0), null],
    [edge(0, 0, 10, 0), edge(5, -5, 5, 5), [5, 0]],
    [edge(0, 0, 10, 0), edge(5, 0, 5, 5), [5, 0]],
    [edge(0, 0, 10, 0), edge(0, 0, 5, 0), [5, 0]],
    [edge(0, 0, 10, 0), edge(5, 0, 15, 0), [5, 0]],
  ])('%j and %j', (one, other, wanted) => {
    expect(clashOf(one, other)).toEqual(wanted)
    expect(clashOf(other, one) === null).toBe(wanted === null)
  })

  test('the turn has the right sign to the last bit', () => {
    const [a, b]: [Position, Position] = [
      [500000.1, 4500000.1],
      [500100.7, 4500050.3],
    ]
    const on: Position = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    const exact = (p: Position) => {
      const big = (v: number) => BigInt(Math.round(v * 2 ** 30)) // all of these are multiples of 2^-30
      const det =
        (big(a[0]) - big(p[0])) * (big(b[1]) - big(p[1])) - (big(a[1]) - big(p[1])) * (big(b[0]) - big(p[0]))
      return det > 0n ? 1 : det < 0n ? -1 : 0
    }
    for (let i = -20; i <= 20; i++) {
      const p: Position = [on[0], on[1] + i * 2 ** -30]
      expect(Math.sign(turnOf(a, b, p))).toBe(exact(p))
    }
    expect(turnOf([0.1, 0.1], [0.3, 0.3], [0.7, 0.7])).toBe(0)
  })
})
