import { Bounds } from '../../math/bounds'
import type { Edge } from '../../math/meeting'
import { Position } from '../../math/position'
import { edgesOf } from '../../math/ring'
import { footOf } from '../../math/segment'
import { shapeOf } from '../../shapes'
import { placeKey } from '../../shapes/mesh'
import { isClosed } from '../../shapes/shape'
import type { ToolContext } from '../tool'
import type { Snapped } from './snap'
import { shortest, type Ways } from './ways'

/** Screen pixels that a position may be off an edge to lie on it: an edge's own places are off by their last bit. */
const ON_EDGE_PX = 0.5

/**
 * Return the vertices along the edges of neighbours between two positions, both left out; null where no way leads there.
 *
 * The way is the shortest along edges; it goes from one object to another where their vertices are equal to the bit, and
 * every vertex is returned as it stands there.
 *
 * @param to a position that has caught a vertex or an edge
 */
export function traced(context: ToolContext, from: Position, to: Snapped): readonly Position[] | null {
  if (!to.mark || Position.isSame(from, to.position)) return null
  const edges = edgesAround(context, from, to.position)
  const ways: Ways = new Map()
  for (const edge of edges) join(ways, ...edge)
  const isOn = (p: Position) => (edge: Edge) => footOf(p, ...edge).distance <= context.reach(ON_EDGE_PX)
  for (const p of [from, to.position]) {
    if (ways.has(placeKey(p))) continue
    for (const [a, b] of edges.filter(isOn(p))) {
      join(ways, a, p)
      join(ways, p, b)
      // both ends of the way may lie on one edge
      const other = p === from ? null : from
      if (other && isOn(other)([a, b])) join(ways, other, p)
    }
  }
  return shortest(ways, from, to.position)?.slice(1, -1) ?? null
}

/** Return the edges of objects between two positions and as far around them as they are apart. */
function edgesAround(context: ToolContext, from: Position, to: Position): readonly Edge[] {
  const around = Bounds.grown(Bounds.of([from, to])!, Position.distance(from, to) + context.reach(20))
  return context.near(around).flatMap(({ geometry }) =>
    shapeOf(geometry)
      .chains(geometry)
      .filter((chain) => chain.role !== 'points')
      .flatMap((chain) =>
        [...edgesOf(chain.path, isClosed(chain))].map(([a, b]): Edge => [flat(a), flat(b)]),
      ),
  )
}

function join(ways: Ways, a: Position, b: Position): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const key = placeKey(one)
    const known = ways.get(key)
    if (known) known.push(other)
    else ways.set(key, [other])
  }
}

/** Return the position in the plane: a neighbour's height is the neighbour's. */
function flat(p: Position): Position {
  return [p[0], p[1]]
}
