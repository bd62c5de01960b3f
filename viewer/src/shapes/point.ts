import type { Keypoints, Point } from '../model/geometry'
import { freeShape } from './free'
import { KeypointState } from './keypoint-state'
import type { Shape } from './shape'

export const point = freeShape<Point>({
  kind: 'point',
  title: 'Point',
  chains: (geometry) => [{ path: [geometry.position], role: 'points', part: 0 }],
  rebuilt: (geometry, chains) => ({ ...geometry, position: chains[0]!.path[0]! }),
})

const positioned = freeShape<Keypoints>({
  kind: 'keypoints',
  title: 'Keypoints',
  chains: (geometry) => [
    { path: geometry.points.flatMap((p) => (p.position ? [p.position] : [])), role: 'points', part: 0 },
  ],
  rebuilt: (geometry, chains) => {
    const left = [...chains[0]!.path]
    const points = geometry.points.map((p) => (p.position ? { ...p, position: left.shift() ?? null } : p))
    return { ...geometry, points }
  },
})

/** Keypoints without a position have no vertex; the others keep their order. One that is taken away is absent. */
export const keypoints: Shape<Keypoints> = {
  ...positioned,
  removeVertex: (geometry, { index }) =>
    KeypointState.with(geometry, KeypointState.indexOf(geometry, index), 'absent', null),
}
