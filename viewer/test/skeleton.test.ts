import { describe, expect, test } from 'vitest'
import type { Keypoints } from '../src/model/geometry'
import { Skeleton } from '../src/model/skeleton'
import { SKELETON_PRESETS } from '../src/model/skeleton-presets'
import { KeypointState } from '../src/shapes/keypoint-state'
import { select } from '../src/tools/select'
import { at, FakeContext, settled } from './fake-context'

const CHAIN: Skeleton = {
  names: ['a', 'b', 'c'],
  edges: [
    [0, 1],
    [1, 2],
  ],
  flips: [2, 1, 0],
  places: [
    [0, 0],
    [0.5, 0.5],
    [1, 1],
  ],
}

describe('skeletons', () => {
  test('a point that goes takes its bones along, and nobody mirrors it', () => {
    const left = Skeleton.removed(CHAIN, 0)
    expect(left).toMatchObject({ names: ['b', 'c'], edges: [[0, 1]], flips: [] })
    expect(Skeleton.spots(left)).toEqual([
      [0.5, 0.5],
      [1, 1],
    ])
  })

  test('order changes, bones and mirrors do not', () => {
    const turned = Skeleton.reordered(CHAIN, 2, -1)
    expect(turned).toMatchObject({
      names: ['a', 'c', 'b'],
      edges: [
        [0, 2],
        [2, 1],
      ],
      flips: [1, 0, 2],
    })
    expect(Skeleton.reordered(turned, 0, -1)).toBe(turned)
  })

  test('a bone comes and goes, in either direction', () => {
    const triangle = Skeleton.toggled(CHAIN, 2, 0)
    expect(triangle.edges).toHaveLength(3)
    expect(Skeleton.toggled(triangle, 0, 2)).toEqual(CHAIN)
    expect(Skeleton.toggled(CHAIN, 1, 1)).toBe(CHAIN)
  })

  test('two mirror each other, and nobody else', () => {
    expect(Skeleton.mirrored(CHAIN, 0, 1).flips).toEqual([1, 0, 2])
    expect(Skeleton.mirrored(CHAIN, 0, 0).flips).toEqual([])
  })

  test('what has no place stands on a circle; names must be there and differ', () => {
    expect(Skeleton.spots({ names: ['a'], edges: [], flips: [], places: [] })[0]![1]).toBeCloseTo(0.12)
    expect(Skeleton.problem({ ...CHAIN, names: ['a', ' ', 'c'] })).toContain('2 needs a name')
    expect(Skeleton.problem({ ...CHAIN, names: ['a', 'a ', 'c'] })).toContain('called a')
    expect(Skeleton.settled(Skeleton.EMPTY)).toBeNull()
    expect(Skeleton.added(CHAIN, [0.12345, 2]).places!.at(-1)).toEqual([0.123, 1])
  })

  test.each(SKELETON_PRESETS)('the preset $title is sound', ({ skeleton }) => {
    const n = skeleton.names.length
    expect(Skeleton.problem(skeleton)).toBeNull()
    expect(skeleton.places).toHaveLength(n)
    expect(skeleton.edges!.flat().every((i) => i < n)).toBe(true)
    const mirrors = Skeleton.mirrors(skeleton)
    expect(mirrors.every((to, i) => mirrors[to] === i)).toBe(true)
  })

  test('the person is the one of COCO', () => {
    const { names, flips } = SKELETON_PRESETS[0]!.skeleton
    expect([names.length, names[0], names[16]]).toEqual([17, 'nose', 'right_ankle'])
    expect(flips!.slice(0, 5)).toEqual([0, 2, 1, 4, 3])
  })
})

describe('keypoints of an object', () => {
  const object: Keypoints = {
    kind: 'keypoints',
    frame: 'f',
    points: [
      { name: 'a', position: [0, 0], visible: true },
      { name: 'b', position: null, visible: true },
      { name: 'c', position: [10, 20], visible: true },
    ],
  }

  test('an absent one comes back between its bones; the last one cannot go', () => {
    const back = KeypointState.with(object, 1, 'occluded', CHAIN)!
    expect(back.points[1]).toEqual({ name: 'b', position: [5, 10], visible: false })
    const alone = KeypointState.with(object, 0, 'absent', CHAIN)!
    expect(KeypointState.with(alone, 2, 'absent', CHAIN)).toBeNull()
  })

  test('Del and V over one concern it and no other', async () => {
    const context = new FakeContext()
    context.selection.set(context.add('k', object))
    const gesture = select.start(context)
    gesture.move?.(at(10, 20))
    expect(gesture.key?.('V')).toBe(true)
    gesture.act?.('delete')
    await settled()
    const [hidden, gone] = context.reshaped.map(({ shapes }) => (shapes[0]!.geometry as Keypoints).points)
    expect(hidden!.map((p) => KeypointState.of(p))).toEqual(['visible', 'absent', 'occluded'])
    expect(gone!.map((p) => KeypointState.of(p))).toEqual(['visible', 'absent', 'absent'])
    gesture.move?.(at(500, 500))
    expect(gesture.key?.('V')).toBe(false)
  })
})
