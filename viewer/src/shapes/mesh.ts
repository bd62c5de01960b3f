import type { Edge } from '../math/meeting'
import { Position } from '../math/position'
import { edgesOf } from '../math/ring'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { shapeOf } from '.'
import { type Chain, isClosed } from './shape'

/**
 * Objects that may share borders, by id, all in one frame.
 *
 * A border is shared where vertices are equal to the bit: nothing else joins objects, nothing nearer or farther. An edit
 * of a shared border gives all its owners the same numbers, so that it stays shared.
 */
export type Mesh = ReadonlyMap<Id, Geometry>

/** Return a text that is equal exactly where two positions are the same in the plane. */
export function placeKey(p: Position): string {
  return `${p[0]},${p[1]}`
}

/** Say whether a geometry is made of vertices that may go anywhere: only such ones share borders. */
export function isFree(geometry: Geometry): boolean {
  return ['polygon', 'multipolygon', 'polyline', 'multipolyline'].includes(geometry.kind)
}

/** Return the chains of a geometry that are lines or rings. */
export function bordersOf(geometry: Geometry): readonly Chain[] {
  return isFree(geometry) ? shapeOf(geometry).chains(geometry) : []
}

/** Return the edges of a geometry. */
export function edgesIn(geometry: Geometry): Edge[] {
  return bordersOf(geometry).flatMap((chain) =>
    [...edgesOf(chain.path, isClosed(chain))].map(([a, b]): Edge => [a, b]),
  )
}

/** Edits of all owners at once. All are pure and return only what differs. */
export const Mesh = {
  /** Return what becomes of the owners of vertices that go elsewhere; heights stay. */
  moved(mesh: Mesh, moves: readonly (readonly [from: Position, to: Position])[]): Mesh {
    const targets = new Map(moves.map(([from, to]) => [placeKey(from), to]))
    return changed(mesh, (geometry) => {
      const isOwner = bordersOf(geometry).some((chain) => chain.path.some((p) => targets.has(placeKey(p))))
      if (!isOwner) return null
      return shapeOf(geometry).mapped(geometry, (p) => {
        const to = targets.get(placeKey(p))
        return to ? Position.at(to[0], to[1], p) : p
      })
    })
  },

  /** Return what becomes of the owners of an edge that gets a vertex. */
  inserted(mesh: Mesh, [a, b]: Edge, position: Position): Mesh {
    return changed(mesh, (geometry) => {
      const chains = bordersOf(geometry)
      for (const [c, chain] of chains.entries())
        for (const [p, q, index] of edgesOf(chain.path, isClosed(chain))) {
          const isIt =
            (Position.isSame(p, a) && Position.isSame(q, b)) ||
            (Position.isSame(p, b) && Position.isSame(q, a))
          if (isIt)
            return shapeOf(geometry).insertVertex(geometry, { chain: c, index }, heightened(position, p, q))
        }
      return null
    })
  },

  /** Return what becomes of the owners of a vertex that goes; null where one of them cannot do without it. */
  removed(mesh: Mesh, at: Position): Mesh | null {
    let isPossible = true
    const after = changed(mesh, (geometry) => {
      for (const [c, chain] of bordersOf(geometry).entries()) {
        const index = chain.path.findIndex((p) => Position.isSame(p, at))
        if (index < 0) continue
        const made = shapeOf(geometry).removeVertex(geometry, { chain: c, index })
        if (!made) isPossible = false
        return made
      }
      return null
    })
    return isPossible ? after : null
  },

  /** Return how many borders meet in a vertex: 2 along a border, more where borders of several objects join. */
  degree(mesh: Mesh, at: Position): number {
    const others = new Set<string>()
    for (const geometry of mesh.values())
      for (const [a, b] of edgesIn(geometry)) {
        if (Position.isSame(a, at)) others.add(placeKey(b))
        if (Position.isSame(b, at)) others.add(placeKey(a))
      }
    return others.size
  },

  /** Return the members that hang together with some by shared vertices, these included. */
  joined(mesh: Mesh, ids: Iterable<Id>): Mesh {
    const owners = new Map<string, Id[]>()
    for (const [id, geometry] of mesh)
      for (const chain of bordersOf(geometry))
        for (const p of chain.path) {
          const known = owners.get(placeKey(p))
          if (known) known.push(id)
          else owners.set(placeKey(p), [id])
        }
    const found = new Map<Id, Geometry>()
    const open = [...ids]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const geometry = mesh.get(id)
      if (!geometry || found.has(id)) continue
      found.set(id, geometry)
      for (const chain of bordersOf(geometry))
        for (const p of chain.path) open.push(...(owners.get(placeKey(p)) ?? []).filter((o) => !found.has(o)))
    }
    return found
  },

  /** Return a mesh with some members changed. */
  with(mesh: Mesh, by: Mesh): Mesh {
    return new Map([...mesh, ...by])
  },
}

function changed(mesh: Mesh, change: (geometry: Geometry) => Geometry | null): Mesh {
  const after = new Map<Id, Geometry>()
  for (const [id, geometry] of mesh) {
    const made = change(geometry)
    if (made) after.set(id, made)
  }
  return after
}

/** Return a position with the height that an edge has there, where the edge has heights. */
function heightened(p: Position, a: Position, b: Position): Position {
  if (a.length !== 3 || b.length !== 3) return [p[0], p[1]]
  const [whole, part] = [Position.distance(a, b), Position.distance(a, p)]
  return [p[0], p[1], whole ? a[2] + (b[2] - a[2]) * Math.min(1, part / whole) : a[2]]
}
