import type { Geometry, GeometryKind, GeometryOf } from '../model/geometry'
import { box } from './box'
import { cuboid } from './cuboid'
import { mask, segment } from './pixels'
import { keypoints, point } from './point'
import { multipolygon, polygon } from './polygon'
import { multipolyline, polyline } from './polyline'
import type { Shape } from './shape'

/** Every kind's shape. A kind that is added to the model and not here is an error of tsc. */
const SHAPES: { readonly [K in GeometryKind]: Shape<GeometryOf<K>> } = {
  point,
  polyline,
  multipolyline,
  polygon,
  multipolygon,
  box,
  keypoints,
  mask,
  cuboid,
  segment,
}

/** Return the shape of a geometry. */
export function shapeOf<G extends Geometry>(geometry: G): Shape<G> {
  return SHAPES[geometry.kind] as unknown as Shape<G>
}

/** Return what a person calls a kind. */
export function titleOfKind(kind: GeometryKind | 'tag'): string {
  return kind === 'tag' ? 'Tag' : SHAPES[kind].title
}
