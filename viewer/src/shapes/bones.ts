import type { Position } from '../math/position'
import type { Keypoints } from '../model/geometry'
import type { LabelClass } from '../model/ontology'

type Keypoint = Keypoints['points'][number]

/** Return the bones between keypoints that have a position, by the names of a skeleton. */
export function bonesOf(
  points: readonly Keypoint[],
  skeleton: LabelClass['skeleton'],
): readonly (readonly Position[])[] {
  if (!skeleton?.edges?.length) return []
  const places = new Map(points.map(({ name, position }) => [name, position ?? null]))
  return skeleton.edges.flatMap((ends) => {
    const bone = ends.map((i) => places.get(skeleton.names[i] ?? '') ?? null)
    return bone.every((p) => p !== null) ? [bone] : []
  })
}
