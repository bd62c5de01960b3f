import type { Position } from '../math/position'
import type { Geometry } from '../model/geometry'
import { type Chain, leastOf, type Shape, type VertexRef } from './shape'

/** How a kind made of free vertices turns into chains and back. */
export interface FreeKind<G extends Geometry> {
  readonly kind: G['kind']
  readonly title: string
  chains(geometry: G): readonly Chain[]
  /** Return the geometry made of these chains: the same chains with other vertices, or fewer holes. */
  rebuilt(geometry: G, chains: readonly Chain[]): G
}

/** Return the shape of a kind whose vertices may go anywhere. */
export function freeShape<G extends Geometry>(given: FreeKind<G>): Shape<G> {
  const withPath = (
    geometry: G,
    chain: number,
    change: (path: readonly Position[]) => readonly Position[],
  ): G => {
    const chains = given.chains(geometry)
    return given.rebuilt(
      geometry,
      chains.map((c, i) => (i === chain ? { ...c, path: change(c.path) } : c)),
    )
  }
  return {
    kind: given.kind,
    title: given.title,
    chains: given.chains,
    moveVertex: (geometry, at, to) =>
      withPath(geometry, at.chain, (path) => path.map((p, i) => (i === at.index ? to : p))),
    insertVertex: (geometry, after, position) => {
      if (given.chains(geometry)[after.chain]?.role === 'points') return null
      return withPath(geometry, after.chain, (path) => path.toSpliced(after.index + 1, 0, position))
    },
    removeVertex: (geometry, at) => removed(given, geometry, at),
    mapped: (geometry, map, frame) => {
      const chains = given.chains(geometry).map((c) => ({ ...c, path: c.path.map(map) }))
      const made = given.rebuilt(geometry, chains)
      return frame === undefined ? made : { ...made, frame }
    },
  }
}

function removed<G extends Geometry>(given: FreeKind<G>, geometry: G, at: VertexRef): G | null {
  const chains = given.chains(geometry)
  const chain = chains[at.chain]
  if (!chain) return null
  if (chain.path.length > leastOf(chain)) {
    const path = chain.path.toSpliced(at.index, 1)
    return given.rebuilt(geometry, chains.with(at.chain, { ...chain, path }))
  }
  return chain.role === 'hole' ? given.rebuilt(geometry, chains.toSpliced(at.chain, 1)) : null
}
