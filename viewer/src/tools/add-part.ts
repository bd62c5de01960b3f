import type { Position } from '../math/position'
import { isCrossingItself, isInside, isRingCrossing } from '../math/ring'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { trail } from './parts/trail'
import type { Tool, ToolContext } from './tool'

export const addPart: Tool = {
  id: 'add-part',
  title: 'Add part',
  icon: 'add-part',
  key: 'x',
  group: 'edit',
  family: 'hole',
  makes: null,
  hint: 'Choose a polygon or polyline first · click the outline or line of one more part of it · Enter or double-click adds it · Esc cancels',
  start: (context) => trail(context, new PartKind(context)),
}

/** What is drawn follows the object that is chosen: an outline for areas, a line for lines. */
class PartKind {
  readonly #context: ToolContext

  constructor(context: ToolContext) {
    this.#context = context
  }

  get isClosed(): boolean {
    const kind = this.#chosen()?.geometry.kind
    return kind !== 'polyline' && kind !== 'multipolyline'
  }

  get least(): number {
    return this.isClosed ? 3 : 2
  }

  readonly shape = (frame: string, path: readonly Position[]): Geometry | null => {
    if (!path.length) return null
    if (this.isClosed && path.length > 2) return { kind: 'polygon', frame, exterior: path, holes: [] }
    return { kind: 'polyline', frame, path, width: null }
  }

  readonly finish = (path: readonly Position[]): boolean => {
    const chosen = this.#chosen()
    if (!chosen) {
      this.#context.tell('Choose one polygon or polyline, then draw one more part of it.')
      return false
    }
    const { id, geometry } = chosen
    const made = withPart(geometry, path)
    if (typeof made === 'string') this.#context.tell(made)
    else void this.#context.reshape('Add part', [{ id, geometry: made }])
    return typeof made !== 'string'
  }

  /** Return the one chosen object that may have more parts. */
  #chosen(): { readonly id: Id; readonly geometry: Geometry } | null {
    const [id, ...others] = this.#context.selection.ids.peek()
    const geometry = id === undefined || others.length ? null : this.#context.shown(id)
    const isFit = geometry !== null && /^(multi)?poly(gon|line)$/.test(geometry.kind)
    return isFit ? { id: id!, geometry } : null
  }
}

/** Return a geometry with one more part; those that it has stay to the bit. Or why it cannot have it. */
function withPart(geometry: Geometry, path: readonly Position[]): Geometry | string {
  const { frame } = geometry
  if (geometry.kind === 'polyline') return { kind: 'multipolyline', frame, paths: [geometry.path, [...path]] }
  if (geometry.kind === 'multipolyline') return { ...geometry, paths: [...geometry.paths, [...path]] }
  if (geometry.kind !== 'polygon' && geometry.kind !== 'multipolygon') return 'It cannot have parts.'
  if (isCrossingItself(path)) return 'The outline crosses itself; Backspace drops its last corner.'
  const parts =
    geometry.kind === 'polygon'
      ? [{ exterior: geometry.exterior, holes: geometry.holes }]
      : [...geometry.parts]
  const isMeeting = parts.some(({ exterior, holes }) => {
    const rings = [exterior, ...holes]
    if (rings.some((ring) => isRingCrossing(ring, path))) return true
    const isOver = isInside(path[0]!, exterior) && !holes.some((hole) => isInside(path[0]!, hole))
    return isOver || isInside(exterior[0]!, path)
  })
  if (isMeeting) return 'A part must lie beside the others: this one overlaps what the object has.'
  return { kind: 'multipolygon', frame, parts: [...parts, { exterior: [...path], holes: [] }] }
}
