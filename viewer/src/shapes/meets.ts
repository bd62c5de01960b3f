import { edgesOf, isInside, type Ring } from '../math/ring'
import { isCrossing } from '../math/segment'
import type { Geometry } from '../model/geometry'
import { shapeOf } from '.'
import { isCovering } from './hit'
import { isClosed } from './shape'

/** Say whether a geometry shares anything with the inside of a ring: a vertex, an edge, or all of its area. */
export function isMeeting(geometry: Geometry, ring: Ring): boolean {
  const chains = shapeOf(geometry).chains(geometry)
  if (chains.some((chain) => chain.path.some((p) => isInside(p, ring)))) return true
  const around = [...edgesOf(ring, true)]
  for (const chain of chains) {
    if (chain.role === 'points') continue
    for (const [a, b] of edgesOf(chain.path, isClosed(chain)))
      if (around.some(([c, d]) => isCrossing(a, b, c, d))) return true
  }
  // no edge crosses: the ring lies wholly inside the area, or wholly outside
  return ring[0] !== undefined && isCovering(geometry, ring[0])
}
