import type { Labels } from '../document/labels'
import { Bounds } from '../math/bounds'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { boundsOf } from './hit'
import type { Placement } from './placement'

/** A loaded annotation with its geometry, and that geometry's bounds, in the view frame. */
export interface ShownLabel {
  readonly annotation: Annotation
  readonly geometry: Geometry
  readonly bounds: Bounds
}

/**
 * The loaded labels as one view shows them, kept in step with the document.
 *
 * A few thousand at most: comparing that many bounds takes less than drawing one of them.
 */
export class ShownLabels {
  readonly #labels: Labels
  readonly #placement: Placement
  readonly #shown = new Map<Id, ShownLabel>()
  readonly #stop: () => void
  readonly #changed: () => void

  /** @param changed called when labels of other frames have been transformed */
  constructor(labels: Labels, placement: Placement, changed: () => void) {
    this.#labels = labels
    this.#placement = placement
    this.#changed = changed
    this.#put(labels.values())
    this.#stop = labels.subscribe((delta) => {
      for (const { id } of delta.removed) this.#shown.delete(id)
      this.#put(delta.put)
    })
  }

  /** Return a label, null where it is not loaded or has no place in this view. */
  get(id: Id): ShownLabel | null {
    const shown = this.#shown.get(id)
    if (!shown || this.#labels.get(id)) return shown ?? null
    this.#shown.delete(id) // forgotten by the document
    return null
  }

  /** Return the labels whose bounds meet these. */
  near(bounds: Bounds): readonly ShownLabel[] {
    const found: ShownLabel[] = []
    for (const label of this.#shown.values()) if (Bounds.meets(label.bounds, bounds)) found.push(label)
    return found
  }

  /** Iterate over all of them. */
  values(): Iterable<ShownLabel> {
    return this.#shown.values()
  }

  /** Drop labels that the document has forgotten. */
  forget(ids: Iterable<Id>): void {
    for (const id of ids) this.#shown.delete(id)
  }

  /** Stop following the document. */
  close(): void {
    this.#stop()
  }

  #put(annotations: Iterable<Annotation>): void {
    const strange: Annotation[] = []
    for (const annotation of annotations) {
      if (annotation.geometry && annotation.geometry.frame !== this.#placement.frame) strange.push(annotation)
      this.#show(annotation)
    }
    if (!strange.length) return
    void this.#placement.prepare(strange).then((isNew) => {
      if (!isNew) return
      for (const { id } of strange) {
        const now = this.#labels.get(id)
        if (now) this.#show(now)
      }
      this.#changed()
    })
  }

  #show(annotation: Annotation): void {
    const geometry = this.#placement.shown(annotation)
    const bounds = geometry && boundsOf(geometry)
    if (geometry && bounds) this.#shown.set(annotation.id, { annotation, geometry, bounds })
    else if (!annotation.geometry) this.#shown.delete(annotation.id)
  }
}
