import { Bounds } from '../math/bounds'
import { Position } from '../math/position'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { shapeOf } from '../shapes'
import { isCovering, type Near, nearestEdge, nearestVertex } from '../shapes/hit'
import { snapped } from './parts/snap'
import type { Gesture, Mark, Pointer, Tool, ToolContext } from './tool'

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
  hint: 'Click chooses · drag a vertex, an edge or the object · Alt-click drops a vertex · Shift-drag chooses many · Del deletes',
  start: (context) => new SelectGesture(context),
}

/** What lies under the pointer of an object that is chosen. */
type Grip =
  | { readonly kind: 'vertex' | 'insert'; readonly id: Id; readonly geometry: Geometry; readonly near: Near }
  | { readonly kind: 'body'; readonly ids: readonly Id[] }

/** A drag in progress. */
type Drag =
  | {
      readonly kind: 'vertex' | 'insert'
      readonly id: Id
      readonly geometry: Geometry
      readonly near: Near
      made: Geometry | null
    }
  | {
      readonly kind: 'body'
      readonly from: Position
      readonly before: ReadonlyMap<Id, Geometry>
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
    if (this.#grip?.kind === 'insert') return 'copy'
    return this.#grip?.kind === 'body' ? 'move' : 'default'
  }

  down(pointer: Pointer): boolean {
    const grip = this.#gripAt(pointer)
    if (pointer.shift && grip?.kind !== 'vertex')
      this.#drag = { kind: 'band', from: pointer.position, bounds: null }
    else if (!grip || pointer.ctrl) return false
    else if (grip.kind === 'body') {
      const before = new Map(grip.ids.flatMap((id) => entryOf(id, this.#context.shown(id))))
      this.#drag = { kind: 'body', from: pointer.position, before, shift: [0, 0] }
    } else if (grip.kind === 'vertex' && pointer.alt) this.#removeVertex(grip)
    else this.#drag = { ...grip, made: null }
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
      const { before } = drag
      this.#context.sketch({
        ghost: { geometries: [...before.values()], shift },
        replaces: [...before.keys()],
      })
    } else if (drag) this.#dragVertex(drag, pointer)
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
      const shapes = [...drag.before].flatMap(([id, before]) => {
        const geometry = movedBy(before, dx, dy)
        return geometry ? [{ id, geometry }] : []
      })
      void this.#context
        .reshape(shapes.length > 1 ? `Move ${shapes.length} objects` : 'Move object', shapes)
        .then(this.#clear)
    } else if (drag?.made) {
      const message = drag.kind === 'vertex' ? 'Move vertex' : 'Add vertex'
      void this.#context.reshape(message, [{ id: drag.id, geometry: drag.made }]).then(this.#clear)
    } else this.#clear()
  }

  click(pointer: Pointer): void {
    void this.#context.pick(pointer.position).then((id) => {
      if (pointer.ctrl || pointer.shift) {
        if (id) this.#context.selection.toggle(id)
      } else if (id) this.#context.selection.set(id)
      else this.#context.selection.set()
    })
  }

  doubleClick(pointer: Pointer): void {
    const grip = this.#gripAt(pointer)
    if (grip?.kind !== 'insert') return
    const made = shapeOf(grip.geometry).insertVertex(grip.geometry, grip.near.ref, grip.near.position)
    if (made) void this.#context.reshape('Add vertex', [{ id: grip.id, geometry: made }])
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
    const kind: Mark['kind'] = grip.kind === 'insert' ? 'insert' : this.#pointer?.alt ? 'remove' : 'vertex'
    this.#context.sketch({ mark: { position: grip.near.position, kind } })
  }

  #dragVertex(drag: Extract<Drag, { kind: 'vertex' | 'insert' }>, pointer: Pointer): void {
    const { position, mark } = snapped(this.#context, pointer.position, { except: drag.id })
    const { geometry, near } = drag
    const old = shapeOf(geometry).chains(geometry)[near.ref.chain]!.path[near.ref.index]!
    const to = drag.kind === 'vertex' ? Position.at(position[0], position[1], old) : position
    const shape = shapeOf(geometry)
    drag.made =
      drag.kind === 'vertex'
        ? shape.moveVertex(geometry, near.ref, to)
        : shape.insertVertex(geometry, near.ref, to)
    if (!drag.made) return
    this.#context.sketch({
      geometry: drag.made,
      replaces: [drag.id],
      vertices: shape.chains(drag.made).flatMap((chain) => chain.path),
      mark: mark ?? { position, kind: 'vertex' },
      label: { position, text: this.#context.measure(drag.made) },
    })
  }

  #removeVertex(grip: Extract<Grip, { kind: 'vertex' | 'insert' }>): void {
    const made = shapeOf(grip.geometry).removeVertex(grip.geometry, grip.near.ref)
    if (!made)
      return this.#context.tell(
        'It cannot lose more vertices. Del with the pointer elsewhere deletes the object.',
      )
    this.#grip = null
    void this.#context.reshape('Delete vertex', [{ id: grip.id, geometry: made }])
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

function entryOf(id: Id, geometry: Geometry | null): [Id, Geometry][] {
  return geometry ? [[id, geometry]] : []
}

function movedBy(geometry: Geometry, dx: number, dy: number): Geometry | null {
  return shapeOf(geometry).mapped(geometry, (p) => Position.moved(p, dx, dy))
}
