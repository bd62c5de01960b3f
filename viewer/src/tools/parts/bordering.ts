import { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import { footOf } from '../../math/segment'
import type { Geometry } from '../../model/geometry'
import { boundsOf } from '../../shapes/hit'
import { bordersOf, edgesIn, isFree, Mesh, placeKey } from '../../shapes/mesh'
import type { Made, Reshape, ToolContext } from '../tool'

/** Screen pixels that a vertex may be off an edge to lie on it: rounding, never a distance that a person sees. */
const ON_EDGE_PX = 0.01
/** The object itself among its neighbours. */
const OWN = ''

/**
 * Return the neighbours of objects, with the vertices that these got on edges which they share: so the borders stay equal.
 *
 * Neighbours that are not loaded are asked for; locked ones stay as they are.
 */
export async function bordering(context: ToolContext, made: readonly Made[]): Promise<readonly Reshape[]> {
  if (!context.aids.isTopological) return []
  const met = made
    .filter(({ before }) => isFree(before) && before.frame === context.frame)
    .map(({ before, after }) => ({ before, corners: newOn(before, after, context.reach(ON_EDGE_PX)) }))
    .filter(({ corners }) => corners.length > 0)
  await context.gather(met.flatMap(({ corners }) => corners))
  const own = new Set(made.map(({ id }) => id))
  let changed: Mesh = new Map()
  for (const { before, corners } of met) {
    const near = context
      .around(Bounds.grown(boundsOf(before)!, context.reach(1)))
      .filter(({ annotation }) => !own.has(annotation.id) && context.shown(annotation.id) !== null)
    let mesh: Mesh = new Map(near.map(({ annotation, geometry }) => [annotation.id, geometry]))
    mesh = Mesh.with(Mesh.with(mesh, changed), new Map([[OWN, before]]))
    for (const corner of corners) {
      const edge = edgeUnder(mesh.get(OWN)!, corner, context.reach(ON_EDGE_PX))
      const inserted = edge ? Mesh.inserted(mesh, edge, corner) : new Map()
      mesh = Mesh.with(mesh, inserted)
      changed = Mesh.with(changed, inserted)
    }
  }
  return [...changed].filter(([id]) => id !== OWN).map(([id, geometry]) => ({ id, geometry }))
}

/** Return the vertices of new shapes that lie on the edges of an old one, none twice. */
function newOn(before: Geometry, after: readonly Geometry[], within: number): readonly Position[] {
  const known = new Set(verticesOf(before).map(placeKey))
  const found = new Map(after.flatMap(verticesOf).map((p) => [placeKey(p), p]))
  return [...found]
    .filter(([key, p]) => !known.has(key) && edgeUnder(before, p, within))
    .map(([, [x, y]]): Position => [x, y])
}

function edgeUnder(geometry: Geometry, p: Position, within: number) {
  return edgesIn(geometry).find(([a, b]) => {
    const foot = footOf(p, a, b)
    return foot.distance <= within && foot.t > 0 && foot.t < 1
  })
}

function verticesOf(geometry: Geometry): readonly Position[] {
  return bordersOf(geometry).flatMap((chain) => chain.path)
}
