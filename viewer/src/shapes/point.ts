import type { Keypoints, Point } from '../model/geometry'
import { freeShape } from './free'

export const point = freeShape<Point>({
  kind: 'point',
  title: 'Point',
  chains: (geometry) => [{ path: [geometry.position], role: 'points', part: 0 }],
  rebuilt: (geometry, chains) => ({ ...geometry, position: chains[0]!.path[0]! }),
})

/** Keypoints without a position have no vertex; the others keep their order. */
export const keypoints = freeShape<Keypoints>({
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
