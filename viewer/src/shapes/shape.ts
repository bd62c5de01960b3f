import type { Position } from '../math/position'
import type { Geometry } from '../model/geometry'

/** A run of vertices of a geometry: a ring, a line, or single positions. */
export interface Chain {
  readonly path: readonly Position[]
  readonly role: 'exterior' | 'hole' | 'line' | 'points'
  /** Which part of a multi-geometry it belongs to; exterior and holes of one area share it. */
  readonly part: number
}

/** Names one vertex: which chain, which position in it. */
export interface VertexRef {
  readonly chain: number
  readonly index: number
}

/**
 * How one kind of geometry is drawn and handled in the plane. All verbs are pure: they return another geometry, and
 * every number that they do not mean to change stays bit-identical.
 */
export interface Shape<G extends Geometry = Geometry> {
  readonly kind: G['kind']
  /** What a person reads: `Polygon`. */
  readonly title: string
  /** Return its vertices; for rigid shapes their corners. */
  chains(geometry: G): readonly Chain[]
  /** Return it with a vertex moved; a rigid shape keeps its rule (a box stays a rectangle). Null = it cannot be. */
  moveVertex(geometry: G, at: VertexRef, to: Position): G | null
  /** Return it with a new vertex after another one. Null = it cannot have more. */
  insertVertex(geometry: G, after: VertexRef, position: Position): G | null
  /** Return it without a vertex; a hole of three vertices goes as a whole. Null = too little would be left. */
  removeVertex(geometry: G, at: VertexRef): G | null
  /** Return it with every position mapped, in another frame if one is named. Null = it is tied to its pixels. */
  mapped(geometry: G, map: (position: Position) => Position, frame?: string): G | null
}

/** Say whether a chain closes on itself. */
export function isClosed(chain: Chain): boolean {
  return chain.role === 'exterior' || chain.role === 'hole'
}

/** Return the smallest number of vertices a chain may have. */
export function leastOf(chain: Chain): number {
  return isClosed(chain) ? 3 : chain.role === 'line' ? 2 : 1
}
