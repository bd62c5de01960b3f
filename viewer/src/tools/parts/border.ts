import { Bounds } from '../../math/bounds'
import type { Edge } from '../../math/meeting'
import { Position } from '../../math/position'
import { edgesOf } from '../../math/ring'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import { shapeOf } from '../../shapes'
import { boundsOf } from '../../shapes/hit'
import { bordersOf, isFree, Mesh } from '../../shapes/mesh'
import { isClosed, type VertexRef } from '../../shapes/shape'
import { type Flaw, flawOf } from '../../shapes/soundness'
import type { Problem, Reshape, ToolContext } from '../tool'
import type { Snapped } from './snap'

/** The object whose border is edited, and where. */
export interface Grasp {
  readonly id: Id
  readonly geometry: Geometry
  /** The vertex, or the first vertex of the edge. */
  readonly ref: VertexRef
}

/** What an edit of a border makes of everything that shares it. */
export interface BorderEdit {
  /** The one in hand first. Empty: it cannot be done. */
  readonly shapes: readonly Reshape[]
  /** Why it must not be done; null = it may. */
  readonly problem: Problem | null
}

/** Edits of a border: of one object, or with topological editing of all objects that share it. */
export const Border = {
  /** Return what follows when a vertex goes elsewhere. */
  moveVertex(context: ToolContext, grasp: Grasp, to: Snapped): BorderEdit {
    const { geometry, ref } = grasp
    const from = vertexAt(geometry, ref)
    const target = Position.at(to.position[0], to.position[1], from)
    if (!isFree(geometry)) return single(grasp, shapeOf(geometry).moveVertex(geometry, ref, target))
    if (!context.aids.isTopological) return alone(grasp, shapeOf(geometry).moveVertex(geometry, ref, target))
    const mesh = meshAround(context, grasp, to.position)
    const split = splitBy(mesh, to)
    return judged(
      context,
      grasp,
      mesh,
      merged(mesh, split, (now) => Mesh.moved(now, [[from, to.position]])),
    )
  },

  /** Return the vertex that is held; null where there is none. */
  vertexOf({ geometry, ref }: Grasp): Position | null {
    return shapeOf(geometry).chains(geometry)[ref.chain]?.path[ref.index] ?? null
  },

  /** Return what follows when an edge is shifted as a whole. */
  moveEdge(context: ToolContext, grasp: Grasp, dx: number, dy: number): BorderEdit {
    const ends = edgeAt(grasp.geometry, grasp.ref)
    const moves = ends.map((p) => [p, [p[0] + dx, p[1] + dy]] as const)
    const own: Mesh = new Map([[grasp.id, grasp.geometry]])
    if (!context.aids.isTopological) return alone(grasp, Mesh.moved(own, moves).get(grasp.id) ?? null)
    const mesh = meshAround(context, grasp, moves[0]![1])
    return judged(context, grasp, mesh, Mesh.moved(mesh, moves))
  },

  /** Return what follows when an edge gets a vertex. */
  insertVertex(context: ToolContext, grasp: Grasp, to: Snapped): BorderEdit {
    const { geometry, ref } = grasp
    if (!context.aids.isTopological)
      return alone(grasp, shapeOf(geometry).insertVertex(geometry, ref, to.position))
    const mesh = meshAround(context, grasp, to.position)
    const edge = edgeAt(geometry, ref)
    const split = splitBy(mesh, to)
    return judged(
      context,
      grasp,
      mesh,
      merged(mesh, split, (now) => Mesh.inserted(now, edge, to.position)),
    )
  },

  /** Return what follows when a vertex goes. */
  removeVertex(context: ToolContext, grasp: Grasp): BorderEdit {
    const { geometry, ref } = grasp
    const at = vertexAt(geometry, ref)
    if (!context.aids.isTopological || !isFree(geometry))
      return alone(grasp, shapeOf(geometry).removeVertex(geometry, ref))
    const mesh = meshAround(context, grasp, at)
    const owners = Mesh.moved(mesh, [[at, at]])
    if (owners.size > 1 && Mesh.degree(owners, at) > 2)
      return refused([at], `Three borders meet in this corner: without it they would tear apart. ${WAY_OUT}`)
    const after = Mesh.removed(mesh, at)
    if (!after)
      return owners.size > 1 ? refused([at], `A neighbour cannot lose more vertices. ${WAY_OUT}`) : NOTHING
    return judged(context, grasp, mesh, after)
  },
}

const NOTHING: BorderEdit = { shapes: [], problem: null }
const WAY_OUT = 'Shift+S turns topological editing off.'

/** Return a flaw in words. */
export function saidOf(flaw: Flaw): string {
  if (flaw.kind === 'crossing') return 'The outline crosses itself here.'
  if (flaw.kind === 'touching') return 'The outline touches itself here.'
  if (flaw.kind === 'turned') return 'The outline would turn inside out here.'
  if (flaw.kind === 'hole') return 'A hole would leave its polygon here.'
  return `It would overlap its neighbour here. ${WAY_OUT}`
}

function refused(positions: readonly Position[], sentence: string): BorderEdit {
  return { shapes: [], problem: { positions, sentence } }
}

/** A rigid shape keeps its rule by itself: nothing can go wrong, and nobody shares its border. */
function single({ id }: Grasp, made: Geometry | null): BorderEdit {
  return made ? { shapes: [{ id, geometry: made }], problem: null } : NOTHING
}

function alone(grasp: Grasp, made: Geometry | null): BorderEdit {
  if (!made) return NOTHING
  const flaw = flawOf(new Map([[grasp.id, grasp.geometry]]), new Map([[grasp.id, made]]))
  const problem = flaw && { positions: flaw.positions, sentence: saidOf(flaw) }
  return { shapes: [{ id: grasp.id, geometry: made }], problem }
}

function judged(context: ToolContext, grasp: Grasp, mesh: Mesh, after: Mesh): BorderEdit {
  const own = after.get(grasp.id)
  if (!own) return NOTHING
  const shapes = [...after]
    .map(([id, geometry]) => ({ id, geometry }))
    .toSorted((a, b) => Number(b.id === grasp.id) - Number(a.id === grasp.id))
  const locked = shapes.filter(({ id }) => id !== grasp.id && context.shown(id) === null)
  if (locked.length) {
    const sentence = `A locked object shares this border: unlock it first. ${WAY_OUT}`
    return { shapes, problem: { positions: [vertexAt(grasp.geometry, grasp.ref)], sentence } }
  }
  // whatever hangs together must not come to overlap; what lies over it by chance may
  const flaw = flawOf(Mesh.joined(mesh, after.keys()), after)
  return { shapes, problem: flaw && { positions: flaw.positions, sentence: saidOf(flaw) } }
}

/** Return what is loaded near the object and the place its border goes to, hidden or not, itself included. */
function meshAround(context: ToolContext, { id, geometry }: Grasp, to: Position): Mesh {
  const bounds = Bounds.joined(boundsOf(geometry)!, [to[0], to[1], to[0], to[1]])
  const near = context.around(bounds).filter((shown) => isFree(shown.geometry))
  return new Map([...near.map((shown) => [shown.annotation.id, shown.geometry] as const), [id, geometry]])
}

/** A place on a neighbour's edge becomes a vertex of that edge: else the borders would not be equal to the bit. */
function splitBy(mesh: Mesh, { position, edges }: Snapped): Mesh {
  let split: Mesh = new Map()
  for (const edge of edges ?? [])
    split = Mesh.with(split, Mesh.inserted(Mesh.with(mesh, split), edge, position))
  return split
}

/** Return what an edit makes of a mesh in which some members have been split already; those count too. */
function merged(mesh: Mesh, split: Mesh, edit: (mesh: Mesh) => Mesh): Mesh {
  return Mesh.with(split, edit(Mesh.with(mesh, split)))
}

function vertexAt(geometry: Geometry, ref: VertexRef): Position {
  return shapeOf(geometry).chains(geometry)[ref.chain]!.path[ref.index]!
}

function edgeAt(geometry: Geometry, ref: VertexRef): Edge {
  const chain = bordersOf(geometry)[ref.chain]!
  const [a, b] = [...edgesOf(chain.path, isClosed(chain))].find(([, , index]) => index === ref.index)!
  return [a, b]
}
