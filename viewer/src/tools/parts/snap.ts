import { Bounds } from '../../math/bounds'
import { crossingOf, type Edge } from '../../math/meeting'
import { Position } from '../../math/position'
import { edgesOf } from '../../math/ring'
import { footOf, isCrossing } from '../../math/segment'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'
import type { Mark, ToolContext } from '../tool'
import { SNAP_MODES, type SnapMode } from './aids'

/** Most edges near the pointer that are tried against each other for crossings. */
const MOST_CROSSING = 60

/** Where the pointer is taken to be, and what caught it. */
export interface Snapped {
  readonly position: Position
  readonly mark: Mark | null
  /** Edges of neighbours that pass through the position without a vertex there. */
  readonly edges?: readonly Edge[]
}

interface Candidate {
  readonly position: Position
  readonly edges: readonly Edge[]
}

/** What must not catch, and what does beside the neighbours. */
export interface SnapGiven {
  /** An annotation that must not catch: the one in hand. */
  readonly except?: Id
  /** More positions that catch: the first vertex of what is being drawn. */
  readonly own?: readonly Position[]
  /** Vertices that move with the pointer: neither they nor edges that end in one catch. */
  readonly moving?: readonly Position[]
}

/**
 * Return the position, or what of a neighbour catches it.
 *
 * A caught vertex is returned as it stands in the neighbour, to the bit, so that two labels share it exactly. Of several
 * modes the first in `SNAP_MODES` wins: a vertex before an edge that passes nearer.
 */
export function snapped(context: ToolContext, position: Position, given: SnapGiven = {}): Snapped {
  if (!context.isSnapping) return { position, mark: null }
  const reach = context.reach(context.aids.tolerance)
  const near = context.near(Bounds.around(position, reach)).filter((s) => s.annotation.id !== given.except)
  const isMoving = (p: Position) => given.moving?.some((moving) => Position.isSame(moving, p)) ?? false
  const geometries = near.map(({ geometry }) => geometry)
  const edges = geometries.flatMap((geometry) =>
    edgesNear(geometry, position, reach).filter(([a, b]) => !isMoving(a) && !isMoving(b)),
  )
  const candidates: Record<SnapMode, () => readonly Candidate[]> = {
    vertex: () => geometries.flatMap((geometry) => verticesOf(geometry)).filter((c) => !isMoving(c.position)),
    crossing: () => crossingsOf(edges.slice(0, MOST_CROSSING)),
    midpoint: () => edges.map(([a, b]) => ({ position: Position.middle(a, b), edges: [[a, b]] })),
    edge: () => edges.map((edge) => placeOn(edge, position)),
  }
  const own = nearest((given.own ?? []).map(vertex), position, reach)
  for (const { mode } of SNAP_MODES) {
    const found = context.aids.modes.includes(mode) ? nearest(candidates[mode](), position, reach) : null
    const best = mode === 'vertex' ? nearest([found, own].filter(isFound), position, reach) : found
    if (best) return { position: flat(best.position), mark: markOf(best, mode), edges: best.edges }
  }
  return { position, mark: null }
}

/** Return the edges of a geometry that pass within a distance of a position. */
function edgesNear(geometry: Geometry, position: Position, within: number): Edge[] {
  return shapeOf(geometry)
    .chains(geometry)
    .filter((chain) => chain.role !== 'points')
    .flatMap((chain) => [...edgesOf(chain.path, isClosed(chain))])
    .filter(([a, b]) => footOf(position, a, b).distance <= within)
    .map(([a, b]) => [a, b])
}

function verticesOf(geometry: Geometry): readonly Candidate[] {
  return shapeOf(geometry)
    .chains(geometry)
    .flatMap((chain) => chain.path)
    .map(vertex)
}

function vertex(position: Position): Candidate {
  return { position, edges: [] }
}

/** Return the place of an edge that is nearest to a position; an end of the edge is a vertex, not a place on it. */
function placeOn([a, b]: Edge, position: Position): Candidate {
  const foot = footOf(position, a, b)
  return { position: foot.position, edges: foot.t > 0 && foot.t < 1 ? [[a, b]] : [] }
}

function markOf({ position }: Candidate, mode: SnapMode): Mark {
  return { position, kind: `snap-${mode}` }
}

/** Return where edges cross each other, their ends not counted: those are vertices. */
function crossingsOf(edges: readonly Edge[]): Candidate[] {
  return edges.flatMap((one, i) =>
    edges.slice(i + 1).flatMap((other) => {
      const at = isCrossing(...one, ...other) ? crossingOf(one, other) : null
      return at ? [{ position: at, edges: [one, other] }] : []
    }),
  )
}

function nearest(candidates: readonly Candidate[], to: Position, within: number): Candidate | null {
  let best: { candidate: Candidate; distance: number } | null = null
  for (const candidate of candidates) {
    const distance = Position.distance(candidate.position, to)
    if (distance <= within && distance < (best?.distance ?? Infinity)) best = { candidate, distance }
  }
  return best?.candidate ?? null
}

function isFound(candidate: Candidate | null): candidate is Candidate {
  return candidate !== null
}

/** Return the position in the plane: a neighbour's height is the neighbour's. */
function flat(p: Position): Position {
  return [p[0], p[1]]
}
