import type { ReadonlySignal } from '@preact/signals-core'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Attribute, Ontology } from '../model/ontology'
import { bonesOf } from '../shapes/bones'
import { boundsOf } from '../shapes/hit'
import type { Sketch } from '../tools/tool'
import { Camera } from './camera'
import type { HandGiven } from './hand'
import type { PaintedCell } from './paint/cells'
import type { Dress, MovingOverlay, StillOverlay, Stroke } from './paint/overlay'

const PREVIEW = '#4da3ff'
/** Chosen objects that are looked up one by one at each repaint. */
const MOST_LOOKED_UP = 500

/** What a hand shows of itself. */
export interface HandShown {
  readonly preview: ReadonlySignal<readonly Geometry[]>
  readonly hovered: ReadonlySignal<Id | null>
}

/** What is painted over the tiles for one hand: labels newer than the tiles, what is chosen, what a tool shows. */
export class HandOverlay {
  readonly #given: HandGiven
  readonly #hand: HandShown
  readonly #sketch: () => Sketch | null

  constructor(given: HandGiven, hand: HandShown, sketch: () => Sketch | null) {
    this.#given = given
    this.#hand = hand
    this.#sketch = sketch
  }

  /** Return what stays while only the pointer moves. */
  still(): StillOverlay {
    const { session, fillOpacity } = this.#given
    const { guard, selection } = session
    const replaced = new Set(this.#sketch()?.replaces ?? [])
    const isPlain = (a: Annotation) => !selection.has(a.id) && !replaced.has(a.id) && guard.isVisible(a)
    return {
      cells: this.#cells(),
      labels: [...this.#painted()].filter(isPlain).flatMap((a) => this.#strokeOf(a.id)),
      dressed: this.#dressed((a) => !replaced.has(a.id) && guard.isVisible(a)),
      preview: this.#hand.preview.peek().flatMap((geometry) => {
        const bounds = boundsOf(geometry)
        return bounds ? [{ geometry, bounds, color: PREVIEW }] : []
      }),
      chosen: this.#chosen()
        .filter((id) => !replaced.has(id))
        .flatMap((id) => this.#strokeOf(id)),
      fillOpacity: fillOpacity.peek(),
    }
  }

  /** Return what follows the pointer, above that. */
  moving(): MovingOverlay {
    const [hovered, sketch] = [this.#hand.hovered.peek(), this.#sketch()]
    const isShown =
      hovered !== null && !this.#given.session.selection.has(hovered) && !sketch?.replaces?.includes(hovered)
    return {
      hovered: isShown ? (this.#strokeOf(hovered)[0] ?? null) : null,
      sketch,
      color: this.#sketchColor(sketch),
    }
  }

  #cells(): readonly PaintedCell[] {
    const { cells, project } = this.#given.session
    if (!cells.isVisible.peek()) return []
    const names = new Map(project.peek().members.map(({ id, name }) => [id, name]))
    const own = cells.own.peek()?.id
    return cells.all
      .peek()
      .filter(({ frame }) => frame === this.#given.view.frame)
      .map(({ id, number, bounds, status, actor }) => ({
        number,
        bounds,
        status,
        isOwn: id === own,
        who: actor === null ? null : (names.get(actor) ?? actor),
      }))
  }

  /** Return the labels that are no longer, or not now, left to the tiles. */
  #painted(): Iterable<Annotation> {
    const { guard, labels } = this.#given.session
    const only = guard.isolated.peek()
    return only ? [...only].flatMap((id) => labels.get(id) ?? []) : this.#given.fresh.fresh()
  }

  /** Return what is chosen; of very many only what is in sight. */
  #chosen(): readonly Id[] {
    const { session, shown, view } = this.#given
    const ids = session.selection.ids.peek()
    if (ids.length <= MOST_LOOKED_UP) return ids
    const seen = shown.near(Camera.bounds(view.camera.peek())).map(({ annotation }) => annotation.id)
    return seen.filter((id) => session.selection.has(id))
  }

  /** Return what tiles do not know to draw of the loaded labels in sight. */
  #dressed(isMeant: (annotation: Annotation) => boolean): readonly Dress[] {
    const { shown, view, session, areLabelsVisible } = this.#given
    if (!areLabelsVisible.peek()) return []
    const ontology = session.ontology.peek()
    return shown
      .near(Camera.bounds(view.camera.peek()))
      .filter(({ annotation }) => isMeant(annotation))
      .flatMap(({ annotation, geometry }) => dressOf(annotation, geometry, ontology))
  }

  /** A sketch that stands for an object has the colour of its class, a new one that of the chosen class. */
  #sketchColor(sketch: Sketch | null): string {
    const { session } = this.#given
    const replaced = sketch?.replaces?.[0]
    const slug = replaced ? session.labels.get(replaced)?.label : session.chosen.peek()?.slug
    return Ontology.colorOf(session.ontology.peek(), slug ?? '')
  }

  #strokeOf(id: Id): Stroke[] {
    const label = this.#given.shown.get(id)
    if (!label) return []
    const { guard, ontology } = this.#given.session
    const { annotation, geometry, bounds } = label
    const color = Ontology.colorOf(ontology.peek(), annotation.label)
    return [{ geometry, bounds, color, isLocked: guard.isLocked(annotation) }]
  }
}

function dressOf(annotation: Annotation, geometry: Geometry, ontology: Ontology): Dress[] {
  const label = Ontology.get(ontology, annotation.label)
  const isBand = geometry.kind === 'polyline' && geometry.width
  const isJointed = geometry.kind === 'keypoints'
  const attribute = Attribute.transcription(label)
  const text = attribute && annotation.attributes[attribute.name]
  if (!isBand && !isJointed && !text) return []
  const bones = isJointed ? bonesOf(geometry.points, label?.skeleton ?? null) : []
  const [minx, , , maxy] = boundsOf(geometry) ?? [0, 0, 0, 0]
  const color = Ontology.colorOf(ontology, annotation.label)
  const caption = text ? { position: [minx, maxy] as const, text: String(text) } : null
  return [{ geometry: isBand || isJointed ? geometry : null, bones, color, caption }]
}
