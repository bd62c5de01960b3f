import type { Position } from '../math/position'
import type { Keypoints } from '../model/geometry'
import type { LabelClass } from '../model/ontology'
import { bonesOf } from './bones'

/** What is to be seen of a keypoint: all, only where it must be behind something, or nothing at all. */
export type KeypointState = 'visible' | 'occluded' | 'absent'

type Keypoint = Keypoints['points'][number]

/** Pure functions on what is to be seen of keypoints. */
export const KeypointState = {
  of({ position, visible }: Keypoint): KeypointState {
    return position ? (visible ? 'visible' : 'occluded') : 'absent'
  },

  /**
   * Return the keypoints with another state of one; null where none would be left.
   *
   * One that was absent is put between those it has bones to, else amid all, to be dragged to its place.
   */
  with(
    geometry: Keypoints,
    index: number,
    state: KeypointState,
    skeleton: LabelClass['skeleton'],
  ): Keypoints | null {
    const point = geometry.points[index]
    if (!point) return null
    const position = state === 'absent' ? null : (point.position ?? placeFor(geometry, index, skeleton))
    const points = geometry.points.with(index, { ...point, position, visible: state !== 'occluded' })
    return points.some((p) => p.position) ? { ...geometry, points } : null
  },

  /** Return the index of the keypoint that is the n-th of those with a position. */
  indexOf({ points }: Keypoints, nth: number): number {
    return points.flatMap(({ position }, i) => (position ? [i] : []))[nth] ?? -1
  },
}

function placeFor({ points }: Keypoints, index: number, skeleton: LabelClass['skeleton']): Position | null {
  const here: Position = [Number.NaN, Number.NaN]
  const probed = points.with(index, { ...points[index]!, position: here })
  const beside = bonesOf(probed, skeleton).flatMap((bone) =>
    bone.includes(here) ? bone.filter((p) => p !== here) : [],
  )
  const near = beside.length > 1 ? beside : points.flatMap(({ position }) => (position ? [position] : []))
  const mean = (axis: 0 | 1) => near.reduce((sum, p) => sum + p[axis], 0) / near.length
  return near.length ? [mean(0), mean(1)] : null
}
