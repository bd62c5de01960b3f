import { Bounds } from '../../math/bounds'
import type { Edge } from '../../math/meeting'
import type { Position } from '../../math/position'
import { footOf } from '../../math/segment'
import type { Geometry } from '../../model/geometry'
import { boundsOf } from '../../shapes/hit'
import { bordersOf, edgesIn, Mesh, placeKey } from '../../shapes/mesh'
import { isArea, overlapOf } from '../../shapes/soundness'
import type { Reshape, ToolContext } from '../tool'

/** Screen pixels that a vertex may be off an edge to lie on it: rounding, never a distance that a person sees. */
const ON_EDGE_PX = 0.01
/** The new shape among its neighbours. */
const NEW = ''

/** A new area cut back by its neighbours, and the neighbours whose borders got its corners as vertices. */
export interface Avoided {
  readonly geometry: Geometry
  readonly also: readonly Reshape[]
}

/**
 * Return what is left of a new area outside of its neighbours of the same class; null where nothing is.
 *
 * The borders that it then shares have the same vertices on both sides, to the bit: no sliver, no gap.
 */
export async function avoided(context: ToolContext, geometry: Geometry): Promise<Avoided | null> {
  const around = Bounds.grown(boundsOf(geometry)!, context.reach(1))
  const near = context
    .near(around)
    .filter((shown) => shown.annotation.label === context.label?.slug && isArea(shown.geometry))
  const over = near.filter((shown) => overlapOf(geometry, shown.geometry) !== null)
  const left = over.length
    ? await context.cutOut(
        geometry,
        over.map((shown) => shown.geometry),
      )
    : geometry
  if (!left) return null
  // a locked neighbour keeps its border; what is cut back by it has its vertices all the same
  const free = near.filter(({ annotation }) => context.shown(annotation.id) !== null)
  const before: Mesh = new Map(free.map((shown) => [shown.annotation.id, shown.geometry]))
  const after = matched(Mesh.with(before, new Map([[NEW, left]])), context.reach(ON_EDGE_PX))
  const also = [...after].filter(([id, made]) => id !== NEW && made !== before.get(id))
  return { geometry: after.get(NEW)!, also: also.map(([id, made]) => ({ id, geometry: made })) }
}

/** Return the mesh with each corner of the new shape on its neighbours' edges, and theirs on its edges. */
function matched(mesh: Mesh, within: number): Mesh {
  let now = mesh
  const isOn = (p: Position, [a, b]: Edge) => {
    const foot = footOf(p, a, b)
    return foot.distance <= within && foot.t > 0 && foot.t < 1
  }
  const put = (corners: readonly Position[], ids: readonly string[]) => {
    for (const p of corners)
      for (const id of ids) {
        const own = now.get(id)!
        if (verticesOf(own).some((q) => placeKey(q) === placeKey(p))) continue
        const edge = edgesIn(own).find((one) => isOn(p, one))
        if (edge) now = Mesh.with(now, Mesh.inserted(now, edge, p))
      }
  }
  const others = [...mesh.keys()].filter((id) => id !== NEW)
  put(verticesOf(mesh.get(NEW)!), others)
  for (const id of others) put(verticesOf(mesh.get(id)!), [NEW])
  return now
}

function verticesOf(geometry: Geometry): readonly Position[] {
  return bordersOf(geometry).flatMap((chain) => chain.path)
}
