import { Bounds } from '../math/bounds'
import { Position } from '../math/position'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { shapeOf } from '../shapes'
import { isCovering, type Near, nearestEdge, nearestVertex } from '../shapes/hit'
import { KeypointState } from '../shapes/keypoint-state'
import { Border, type BorderEdit, type Grasp } from './parts/border'
import { chooseAt } from './parts/choose'
import { commitBorder } from './parts/commit'
import { type Snapped, snapped } from './parts/snap'
import type { Gesture, Mark, Pointer, Tool, ToolContext } from './tool'

/** What a step is called, by what was dragged. */
const MESSAGES = { vertex: 'Move vertex', insert: 'Add vertex', edge: 'Move edge' } as const

/** Screen pixels within which a vertex or an edge of a chosen object is taken. */
const VERTEX_PX = 9
const EDGE_PX = 6

export const select: Tool = {
  id: 'select',
  title: 'Select',
  icon: 'select',
  key: 'v',
  group: 'navigate',
  makes: null,
  hint: 'Click chooses · drag a vertex, an edge or the object · Alt-drag shifts an edge, Alt-click drops a vertex · Shift-drag chooses many · Del deletes',
  start: (context) => new SelectGesture(context),
}

/** What lies under the pointer of an object that is chosen. */
type Grip =
  | { readonly kind: 'vertex' | 'insert'; readonly id: Id; readonly geometry: Geometry; readonly near: Near }
  | { readonly kind: 'body'; readonly ids: readonly Id[] }

/** A border that is being dragged. */
interface BorderDrag {
  readonly kind: 'vertex' | 'insert' | 'edge'
  readonly from: Position
  readonly grasp: Grasp
  /** Where it is now, and what that makes of its owners. */
  now: { readonly to: Snapped; readonly edit: BorderEdit } | null
}

/** A drag in progress. */
type Drag =
  | BorderDrag
  | {
      readonly kind: 'body'
      readonly from: Position
      readonly ids: readonly Id[]
      readonly geometries: readonly Geometry[]
      shift: readonly [dx: number, dy: number]
    }
  | { readonly kind: 'band'; readonly from: Position; bounds: Bounds | null }

class SelectGesture implements Gesture {
  readonly #context: ToolContext
  #grip: Grip | null = null
  #drag: Drag | null = null
  #pointer: Pointer | null = null

  constructor(context: ToolContext) {
    this.#context = context
  }

  get cursor(): string {
    if (this.#drag?.kind === 'band') return 'crosshair'
    if (this.#grip?.kind === 'vertex') return this.#pointer?.alt ? 'not-allowed' : 'grab'
    if (this.#grip?.kind === 'insert') return this.#pointer?.alt ? 'move' : 'copy'
    return this.#grip?.kind === 'body' ? 'move' : 'default'
  }

  down(pointer: Pointer): boolean {
    const grip = this.#gripAt(pointer)
    if (pointer.shift && grip?.kind !== 'vertex')
      this.#drag = { kind: 'band', from: pointer.position, bounds: null }
    else if (!grip || pointer.ctrl) return false
    else if (grip.kind === 'body') {
      const held = grip.ids.flatMap((id) => entryOf(id, this.#context.shown(id)))
      const [ids, geometries] = [held.map(([id]) => id), held.map(([, geometry]) => geometry)]
      this.#drag = { kind: 'body', from: pointer.position, ids, geometries, shift: [0, 0] }
    } else if (grip.kind === 'vertex' && pointer.alt) this.#removeVertex(grip)
    else this.#drag = borderDrag(grip, pointer)
    return true
  }

  move(pointer: Pointer): void {
    this.#pointer = pointer
    this.#grip = this.#gripAt(pointer)
    this.#showGrip()
    void this.#context.pick(pointer.position).then((id) => {
      if (this.#pointer === pointer) this.#context.hover(id)
    })
  }

  drag(pointer: Pointer): void {
    const drag = this.#drag
    if (drag?.kind === 'band') {
      drag.bounds = Bounds.of([drag.from, pointer.position])
      this.#context.sketch(drag.bounds ? { band: drag.bounds } : null)
    } else if (drag?.kind === 'body') {
      const shift = [pointer.position[0] - drag.from[0], pointer.position[1] - drag.from[1]] as const
      drag.shift = shift
      // the same lists with every step: thousands of them are compared and made ready only once
      this.#context.sketch({ ghost: { geometries: drag.geometries, shift }, replaces: drag.ids })
    } else if (drag) this.#dragBorder(drag, pointer)
  }

  drop(pointer: Pointer): void {
    const drag = this.#drag
    this.#drag = null
    if (drag?.kind === 'band') return this.#choose(drag, pointer)
    if (drag?.kind === 'body') {
      const isMoved = Position.distance(drag.from, pointer.position) > this.#context.reach(2)
      if (!isMoved) {
        this.#context.sketch(null)
        return this.click(pointer)
      }
      const [dx, dy] = drag.shift
      const shapes = drag.ids.flatMap((id, i) => {
        const geometry = movedBy(drag.geometries[i]!, dx, dy)
        return geometry ? [{ id, geometry }] : []
      })
      void this.#context
        .reshape(shapes.length > 1 ? `Move ${shapes.length} objects` : 'Move object', shapes)
        .then(this.#clear)
    } else if (drag?.now) {
      const { kind, grasp, from, now } = drag
      const places = [...endsOf(grasp), now.to.position]
      this.#commit(MESSAGES[kind], grasp, places, (held) => this.#edited(kind, held, from, now.to))
    } else this.#clear()
  }

  click(pointer: Pointer): void {
    void chooseAt(this.#context, pointer)
  }

  doubleClick(pointer: Pointer): void {
    const grip = this.#gripAt(pointer)
    if (grip?.kind !== 'insert') return
    const at = { position: grip.near.position, mark: null }
    const grasp = graspOf(grip)
    this.#commit(MESSAGES.insert, grasp, endsOf(grasp), (held) =>
      Border.insertVertex(this.#context, held, at),
    )
  }

  leave(): void {
    this.#pointer = null
    this.#grip = null
    this.#context.hover(null)
    if (!this.#drag) this.#context.sketch(null)
  }

  act(act: 'finish' | 'cancel' | 'back' | 'delete'): boolean {
    if (act === 'cancel' && this.#drag) {
      this.#drag = null
      this.#clear()
      return true
    }
    if (act === 'delete' && this.#grip?.kind === 'vertex') {
      this.#removeVertex(this.#grip)
      return true
    }
    return false
  }

  /** V over a chosen keypoint: something hides it, or no longer. */
  key(keys: string): boolean {
    const grip = this.#grip
    if (keys !== 'V' || grip?.kind !== 'vertex' || grip.geometry.kind !== 'keypoints') return false
    const index = KeypointState.indexOf(grip.geometry, grip.near.ref.index)
    const isVisible = grip.geometry.points[index]?.visible
    const geometry = KeypointState.with(grip.geometry, index, isVisible ? 'occluded' : 'visible', null)
    if (geometry) void this.#context.reshape('Change keypoint', [{ id: grip.id, geometry }])
    return true
  }

  refresh(): void {
    if (this.#drag || !this.#pointer) return
    this.#grip = this.#gripAt(this.#pointer)
    this.#showGrip()
  }

  stop(): void {
    this.#drag = null
    this.#context.hover(null)
    this.#context.sketch(null)
  }

  readonly #clear = () => this.#context.sketch(null)

  #gripAt(pointer: Pointer): Grip | null {
    const { selection, reach } = this.#context
    const ids = selection.ids.peek().toReversed()
    const shown = ids.flatMap((id) => entryOf(id, this.#context.shown(id)))
    for (const [id, geometry] of shown) {
      const near = nearestVertex(geometry, pointer.position, reach(VERTEX_PX))
      if (near && shapeOf(geometry).moveVertex(geometry, near.ref, near.position))
        return { kind: 'vertex', id, geometry, near }
    }
    for (const [id, geometry] of shown) {
      const near = nearestEdge(geometry, pointer.position, reach(EDGE_PX))
      if (near && shapeOf(geometry).insertVertex(geometry, near.ref, near.position))
        return { kind: 'insert', id, geometry, near }
    }
    const isOver = shown.some(
      ([, geometry]) =>
        isCovering(geometry, pointer.position) || nearestEdge(geometry, pointer.position, reach(EDGE_PX)),
    )
    return isOver ? { kind: 'body', ids } : null
  }

  #showGrip(): void {
    const grip = this.#grip
    if (!grip || grip.kind === 'body') return this.#context.sketch(null)
    const isAlt = this.#pointer?.alt ?? false
    const kind: Mark['kind'] =
      grip.kind === 'insert' ? (isAlt ? 'vertex' : 'insert') : isAlt ? 'remove' : 'vertex'
    this.#context.sketch({ mark: { position: grip.near.position, kind } })
  }

  #dragBorder(drag: BorderDrag, pointer: Pointer): void {
    const { grasp, from } = drag
    const [a, b] = endsOf(grasp)
    const moving = drag.kind === 'insert' ? [] : [a, ...(drag.kind === 'edge' ? [b] : [])]
    const to = snapped(this.#context, pointer.position, { except: grasp.id, moving })
    const place = drag.kind === 'edge' ? pointer.position : to.position
    const edit = this.#edited(drag.kind, grasp, from, { ...to, position: place })
    drag.now = { to: { ...to, position: place }, edit }
    const [own, ...others] = edit.shapes
    if (!own) return
    this.#context.sketch({
      geometry: own.geometry,
      others: others.map(({ geometry }) => geometry),
      replaces: edit.shapes.map(({ id }) => id),
      vertices: shapeOf(own.geometry)
        .chains(own.geometry)
        .flatMap((chain) => chain.path),
      mark: drag.kind === 'edge' ? null : (to.mark ?? { position: place, kind: 'vertex' }),
      problem: edit.problem,
      label: { position: place, text: this.#context.measure(own.geometry) },
    })
  }

  #edited(kind: BorderDrag['kind'], grasp: Grasp, from: Position, to: Snapped): BorderEdit {
    if (kind === 'vertex') return Border.moveVertex(this.#context, grasp, to)
    if (kind === 'insert') return Border.insertVertex(this.#context, grasp, to)
    return Border.moveEdge(this.#context, grasp, to.position[0] - from[0], to.position[1] - from[1])
  }

  #commit(
    message: string,
    grasp: Grasp,
    places: readonly Position[],
    edit: (grasp: Grasp) => BorderEdit,
  ): void {
    void commitBorder(this.#context, message, grasp, places, edit).then(this.#clear)
  }

  #removeVertex(grip: Extract<Grip, { kind: 'vertex' | 'insert' }>): void {
    const grasp = graspOf(grip)
    const edit = Border.removeVertex(this.#context, grasp)
    if (!edit.shapes.length && !edit.problem)
      return this.#context.tell(
        'It cannot lose more vertices. Del with the pointer elsewhere deletes the object.',
      )
    this.#grip = null
    this.#commit('Delete vertex', grasp, [grip.near.position], (held) =>
      Border.removeVertex(this.#context, held),
    )
    this.#context.sketch(null)
  }

  #choose(band: Extract<Drag, { kind: 'band' }>, pointer: Pointer): void {
    this.#context.sketch(null)
    if (!band.bounds || Math.max(...Bounds.size(band.bounds)) <= this.#context.reach(4))
      return this.click(pointer)
    void this.#context.within(band.bounds).then((ids) => {
      this.#context.selection.set(...this.#context.selection.ids.peek(), ...ids)
    })
  }
}

function graspOf({ id, geometry, near }: Extract<Grip, { kind: 'vertex' | 'insert' }>): Grasp {
  return { id, geometry, ref: near.ref }
}

function borderDrag(
  grip: Extract<Grip, { kind: 'vertex' | 'insert' }>,
  { position, alt }: Pointer,
): BorderDrag {
  const kind = grip.kind === 'insert' && alt ? 'edge' : grip.kind
  return { kind, from: position, grasp: graspOf(grip), now: null }
}

/** Return the vertex that is held, and the next one: the ends of the edge that is held. */
function endsOf({ geometry, ref }: Grasp): readonly [Position, Position] {
  const { path } = shapeOf(geometry).chains(geometry)[ref.chain]!
  return [path[ref.index]!, path[(ref.index + 1) % path.length]!]
}

function entryOf(id: Id, geometry: Geometry | null): [Id, Geometry][] {
  return geometry ? [[id, geometry]] : []
}

function movedBy(geometry: Geometry, dx: number, dy: number): Geometry | null {
  return shapeOf(geometry).mapped(geometry, (p) => Position.moved(p, dx, dy))
}
