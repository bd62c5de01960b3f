import type { ReadonlySignal } from '@preact/signals-core'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Ontology } from '../model/ontology'
import { boundsOf } from '../shapes/hit'
import type { Sketch } from '../tools/tool'
import type { HandGiven } from './hand'
import type { MovingOverlay, StillOverlay, Stroke } from './paint/overlay'

const PREVIEW = '#4da3ff'

/** What a hand shows of itself. */
export interface HandShown {
  readonly preview: ReadonlySignal<readonly Geometry[]>
  readonly hovered: ReadonlySignal<Id | null>
}

/** What is painted over the tiles for one hand: labels newer than the tiles, what is chosen, what a tool shows. */
export class HandOverlay {
  readonly #given: Pick<HandGiven, 'session' | 'fresh' | 'shown' | 'fillOpacity'>
  readonly #hand: HandShown
  readonly #sketch: () => Sketch | null

  constructor(
    given: Pick<HandGiven, 'session' | 'fresh' | 'shown' | 'fillOpacity'>,
    hand: HandShown,
    sketch: () => Sketch | null,
  ) {
    this.#given = given
    this.#hand = hand
    this.#sketch = sketch
  }

  /** Return what stays while only the pointer moves. */
  still(): StillOverlay {
    const { session, fillOpacity } = this.#given
    const chosen = new Set(session.selection.ids.peek())
    const replaced = new Set(this.#sketch()?.replaces ?? [])
    const isPlain = (a: Annotation) => !chosen.has(a.id) && !replaced.has(a.id) && session.guard.isVisible(a)
    return {
      labels: [...this.#painted()].filter(isPlain).flatMap((a) => this.#strokeOf(a.id)),
      preview: this.#hand.preview.peek().flatMap((geometry) => {
        const bounds = boundsOf(geometry)
        return bounds ? [{ geometry, bounds, color: PREVIEW }] : []
      }),
      chosen: [...chosen].filter((id) => !replaced.has(id)).flatMap((id) => this.#strokeOf(id)),
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

  /** Return the labels that are no longer, or not now, left to the tiles. */
  #painted(): Iterable<Annotation> {
    const { guard, labels } = this.#given.session
    const only = guard.isolated.peek()
    return only ? [...only].flatMap((id) => labels.get(id) ?? []) : this.#given.fresh.fresh()
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
    const color = Ontology.colorOf(this.#given.session.ontology.peek(), label.annotation.label)
    return [{ geometry: label.geometry, bounds: label.bounds, color }]
  }
}
