import { Bounds } from '../../math/bounds'
import { Position } from '../../math/position'
import type { Id } from '../../model/id'
import { nearestEdge, nearestVertex } from '../../shapes/hit'
import type { Mark, ToolContext } from '../tool'

/** Screen pixels within which a vertex is caught, and an edge. Vertices win. */
const VERTEX_PX = 10
const EDGE_PX = 8

/** Where the pointer is taken to be, and what caught it. */
export interface Snapped {
  readonly position: Position
  readonly mark: Mark | null
}

/**
 * Return the position, or the vertex or edge of a neighbour that catches it.
 *
 * A caught vertex is returned as it stands in the neighbour, to the bit, so that two labels share it exactly.
 *
 * @param except annotation that must not catch: the one in hand
 * @param own more positions that catch: the first vertex of what is being drawn
 */
export function snapped(
  context: ToolContext,
  position: Position,
  given: { readonly except?: Id; readonly own?: readonly Position[] } = {},
): Snapped {
  if (!context.isSnapping) return { position, mark: null }
  const [reach, edgeReach] = [context.reach(VERTEX_PX), context.reach(EDGE_PX)]
  const near = context.near(Bounds.around(position, reach)).filter((s) => s.annotation.id !== given.except)
  let vertex: { position: Position; distance: number } | null = null
  for (const { geometry } of near) {
    const found = nearestVertex(geometry, position, reach)
    if (found && found.distance < (vertex?.distance ?? Infinity)) vertex = found
  }
  for (const own of given.own ?? []) {
    const distance = Position.distance(own, position)
    if (distance <= reach && distance < (vertex?.distance ?? Infinity)) vertex = { position: own, distance }
  }
  if (vertex)
    return { position: flat(vertex.position), mark: { position: vertex.position, kind: 'snap-vertex' } }
  let edge: { position: Position; distance: number } | null = null
  for (const { geometry } of near) {
    const found = nearestEdge(geometry, position, edgeReach)
    if (found && found.distance < (edge?.distance ?? Infinity)) edge = found
  }
  if (edge) return { position: edge.position, mark: { position: edge.position, kind: 'snap-edge' } }
  return { position, mark: null }
}

/** Return the position in the plane: a neighbour's height is the neighbour's. */
function flat(p: Position): Position {
  return [p[0], p[1]]
}
