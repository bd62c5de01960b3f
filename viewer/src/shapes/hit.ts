import { Bounds } from '../math/bounds'
import { Position } from '../math/position'
import { areaOf, edgesOf, isInside } from '../math/ring'
import { footOf } from '../math/segment'
import type { Geometry } from '../model/geometry'
import { shapeOf } from '.'
import { type Chain, isClosed, type VertexRef } from './shape'

/** A vertex or a place on an edge near a position. */
export interface Near {
  readonly ref: VertexRef
  readonly position: Position
  readonly distance: number
}

/** Return the bounds of a geometry, null where it has no vertices. */
export function boundsOf(geometry: Geometry): Bounds | null {
  const bounds = Bounds.of(
    shapeOf(geometry)
      .chains(geometry)
      .flatMap((chain) => chain.path),
  )
  const half = geometry.kind === 'polyline' ? (geometry.width ?? 0) / 2 : 0
  return bounds && half ? Bounds.grown(bounds, half) : bounds
}

/** Return the vertex of a geometry that is nearest to a position, within a distance. */
export function nearestVertex(geometry: Geometry, position: Position, within: number): Near | null {
  let best: Near | null = null
  shapeOf(geometry)
    .chains(geometry)
    .forEach((chain, c) => {
      chain.path.forEach((vertex, index) => {
        const distance = Position.distance(vertex, position)
        if (distance <= within && distance < (best?.distance ?? Infinity))
          best = { ref: { chain: c, index }, position: vertex, distance }
      })
    })
  return best
}

/** Return the place on an edge that is nearest to a position, within a distance; `ref` is the edge's first vertex. */
export function nearestEdge(geometry: Geometry, position: Position, within: number): Near | null {
  let best: Near | null = null
  shapeOf(geometry)
    .chains(geometry)
    .forEach((chain, c) => {
      if (chain.role === 'points') return
      for (const [a, b, index] of edgesOf(chain.path, isClosed(chain))) {
        const foot = footOf(position, a, b)
        if (foot.distance <= within && foot.distance < (best?.distance ?? Infinity))
          best = { ref: { chain: c, index }, position: foot.position, distance: foot.distance }
      }
    })
  return best
}

/** Say whether a geometry's area holds a position; holes do not count. */
export function isCovering(geometry: Geometry, position: Position): boolean {
  return partsOf(shapeOf(geometry).chains(geometry)).some(
    ([exterior, ...holes]) =>
      isInside(position, exterior!) && !holes.some((hole) => isInside(position, hole)),
  )
}

/** Return the areas of chains, each as its exterior followed by its holes. */
export function partsOf(chains: readonly Chain[]): readonly (readonly (readonly Position[])[])[] {
  return chains
    .filter((chain) => chain.role === 'exterior')
    .map((exterior) => [
      exterior.path,
      ...chains.filter((c) => c.role === 'hole' && c.part === exterior.part).map((c) => c.path),
    ])
}

/** Return the area of a geometry in square units of its frame; 0 for lines and points. */
export function areaIn(geometry: Geometry): number {
  const rings = partsOf(shapeOf(geometry).chains(geometry))
  return rings.reduce(
    (sum, [exterior, ...holes]) =>
      sum + Math.abs(areaOf(exterior!)) - holes.reduce((cut, hole) => cut + Math.abs(areaOf(hole)), 0),
    0,
  )
}
