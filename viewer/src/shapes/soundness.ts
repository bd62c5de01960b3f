import { type Area, insideOf, isInArea } from '../math/area'
import { Bounds } from '../math/bounds'
import { clashOf, type Edge } from '../math/meeting'
import type { Position } from '../math/position'
import { areaOf, edgesOf, isInside } from '../math/ring'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { boundsOf, partsOf } from './hit'
import { bordersOf, edgesIn, Mesh, placeKey } from './mesh'

/** What is wrong with areas, and where. */
export interface Flaw {
  readonly kind: 'crossing' | 'touching' | 'turned' | 'hole' | 'overlap'
  readonly positions: readonly Position[]
  /** Whom it is about: one, or two that stand in each other's way. */
  readonly ids: readonly Id[]
}

/** Return where the outline of an area crosses or runs along itself. */
export function selfClashes(geometry: Geometry): readonly Position[] {
  const edges = isArea(geometry) ? edgesIn(geometry) : []
  return edges.flatMap((one, i) => clashesOf([one], edges.slice(i + 1)))
}

/** Return where a line crosses or runs along itself; only its edges from `since` on are looked at. */
export function pathClashes(path: readonly Position[], since = 0): readonly Position[] {
  const edges = [...edgesOf(path, false)].map(([a, b]): Edge => [a, b])
  return edges.slice(since).flatMap((one, i) => clashesOf([one], edges.slice(0, since + i)))
}

/**
 * Return what an edit spoils, null where it leaves all as sound as it was.
 *
 * Only what the edit itself brings is a flaw: shapes that crossed or overlapped before may go on doing so, so that they can
 * be mended one step after the other. Interiors are told apart by one position inside each, which is enough once no
 * edges clash.
 *
 * @param mesh objects before the edit: those whose areas must not come to overlap
 * @param after the ones that the edit changes, as they become
 */
export function flawOf(mesh: Mesh, after: Mesh): Flaw | null {
  for (const [id, geometry] of after) {
    const before = mesh.get(id)
    const flaw = isArea(geometry) ? ownFlaw(id, before ?? null, geometry) : null
    if (flaw) return flaw
  }
  const now = Mesh.with(mesh, after)
  for (const [id, geometry] of after) {
    if (!isArea(geometry)) continue
    const bounds = boundsOf(geometry)!
    for (const [other, neighbour] of now) {
      if (other === id || !isArea(neighbour) || !Bounds.meets(bounds, boundsOf(neighbour)!)) continue
      const before = [mesh.get(id), mesh.get(other)] as const
      const at = overlapOf(geometry, neighbour, before[0])
      if (at && !(before[0] && before[1] && overlapOf(before[0], before[1]))) {
        return { kind: 'overlap', positions: [at], ids: [id, other] }
      }
    }
  }
  return null
}

/** Return where two areas overlap, null where they do not. Edges that `known` had already are not tried against others. */
export function overlapOf(one: Geometry, other: Geometry, known?: Geometry): Position | null {
  const clash = clashesOf(known ? newEdges(known, one) : edgesIn(one), edgesIn(other))[0]
  if (clash) return clash
  const [mine, theirs] = [areasOf(one), areasOf(other)]
  for (const a of mine)
    for (const b of theirs) {
      for (const [outer, inner] of [
        [a, b],
        [b, a],
      ] as const) {
        const inside = insideOf(inner)
        if (inside && isInArea(inside, outer)) return inside
      }
    }
  return null
}

/** Say whether a geometry has an area with free vertices. */
export function isArea(geometry: Geometry): boolean {
  return geometry.kind === 'polygon' || geometry.kind === 'multipolygon'
}

/** Return the areas of a geometry. */
export function areasOf(geometry: Geometry): readonly Area[] {
  return isArea(geometry) ? partsOf(bordersOf(geometry)) : []
}

function ownFlaw(id: Id, before: Geometry | null, after: Geometry): Flaw | null {
  const fresh = before ? newEdges(before, after) : edgesIn(after)
  const flaw = (kind: Flaw['kind'], positions: readonly Position[]): Flaw => ({ kind, positions, ids: [id] })
  const clashes = clashesOf(fresh, edgesIn(after))
  if (clashes.length) return before && selfClashes(before).length ? null : flaw('crossing', clashes)
  const [now, was] = [bordersOf(after), before ? bordersOf(before) : []]
  const twice = repeatedOf(now.flatMap((chain) => chain.path))
  const known = new Set(repeatedOf(was.flatMap((chain) => chain.path)).map(placeKey))
  const touching = twice.filter((p) => !known.has(placeKey(p)))
  if (touching.length) return flaw('touching', touching)
  for (const [i, { path }] of now.entries()) {
    const [area, old] = [areaOf(path), was.length === now.length ? areaOf(was[i]!.path) : 0]
    if (area === 0 || area * old < 0) return flaw('turned', [path[0]!])
  }
  const lost = holesOutside(after)
  return lost.length && !(before && holesOutside(before).length) ? flaw('hole', lost) : null
}

/** Return a position of each hole that is not inside its exterior, or inside another hole or part. */
function holesOutside(geometry: Geometry): Position[] {
  const areas = areasOf(geometry)
  const lost: Position[] = []
  for (const [i, [exterior, ...holes]] of areas.entries()) {
    for (const hole of holes) {
      const edge = new Set(exterior!.map(placeKey))
      const p = hole.find((q) => !edge.has(placeKey(q))) ?? hole[0]!
      if (!isInside(p, exterior!) || holes.some((other) => other !== hole && isInArea(p, [other])))
        lost.push(p)
    }
    const inside = areas.length > 1 ? insideOf(areas[i]!) : null
    if (inside && areas.some((other, j) => j !== i && isInArea(inside, other))) lost.push(inside)
  }
  return lost
}

function newEdges(before: Geometry, after: Geometry): Edge[] {
  const keyOf = ([a, b]: Edge) => [placeKey(a), placeKey(b)].sort().join(' ')
  const known = new Set(edgesIn(before).map(keyOf))
  return edgesIn(after).filter((edge) => !known.has(keyOf(edge)))
}

function clashesOf(some: readonly Edge[], all: readonly Edge[]): Position[] {
  return some.flatMap((one) =>
    all.flatMap((other) => {
      const at = other === one ? null : clashOf(one, other)
      return at ? [at] : []
    }),
  )
}

function repeatedOf(positions: readonly Position[]): Position[] {
  const seen = new Set<string>()
  return positions.filter((p) => seen.has(placeKey(p)) || !seen.add(placeKey(p)))
}
