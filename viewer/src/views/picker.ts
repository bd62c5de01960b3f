import type { Neighbourhood } from '../document/neighbourhood'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { Ring } from '../math/ring'
import type { Annotation } from '../model/annotation'
import type { Id } from '../model/id'
import { areaIn, isCovering, nearestEdge, nearestVertex } from '../shapes/hit'
import { isMeeting } from '../shapes/meets'
import type { Placement } from '../shapes/placement'
import type { ShownLabel, ShownLabels } from '../shapes/shown'
import type { View } from './view'

/** Screen pixels within which a line or a point is taken to be under the pointer. */
const PICK_PX = 6
/** Objects that are read at once, and in all, where many are chosen in one go. */
const PAGE = 5000
const MOST_WITHIN = 20_000

/** What a picker looks through. */
export interface PickerGiven {
  readonly session: Session
  readonly view: View
  readonly placement: Placement
  readonly shown: ShownLabels
  readonly near: Neighbourhood
}

/** Finds annotations by where they are, loaded or not. */
export class Picker {
  readonly #given: PickerGiven
  readonly #frame: string

  constructor(given: PickerGiven) {
    this.#given = given
    this.#frame = given.view.frame
  }

  /** Return the annotation under a position that may be taken hold of. */
  pick(position: Position): Promise<Id | null> {
    return this.#pick(position, (annotation) => this.#isReached(annotation))
  }

  /** Return the visible annotation under a position, a locked one too: what a person asks about, not takes hold of. */
  under(position: Position): Promise<Id | null> {
    return this.#pick(position, (annotation) => this.#isVisible(annotation))
  }

  async #pick(position: Position, isMeant: (annotation: Annotation) => boolean): Promise<Id | null> {
    const loaded = this.#pickLoaded(position, isMeant)
    if (loaded) return loaded
    const fids = await this.#given.view.labelsAt(position)
    if (!fids.length) return null
    await this.#given.near.fetch(fids)
    const found = fids.flatMap((fid) => this.#given.session.labels.ofFid(fid) ?? [])
    if (found.some((annotation) => annotation.geometry?.frame !== this.#frame)) {
      await this.#given.placement.prepare(found)
    }
    return this.#pickLoaded(position, isMeant) ?? found.find(isMeant)?.id ?? null
  }

  /** Return all annotations that meet bounds and may be taken hold of, loaded or not. */
  async within(bounds: Bounds): Promise<readonly Id[]> {
    const { session, placement, shown } = this.#given
    const [minx, miny, maxx, maxy] = bounds
    const ring: Ring = [
      [minx, miny],
      [maxx, miny],
      [maxx, maxy],
      [minx, maxy],
    ]
    for (let after: number | null = 0, n = 0; after !== null; ) {
      const page = await session.api.annotations({ bbox: bounds, frame: this.#frame, after, limit: PAGE })
      await placement.prepare(page.annotations)
      session.labels.receive({ documents: page.annotations, deleted: [] })
      n += page.annotations.length
      after = page.next
      if (after === null || n < MOST_WITHIN) continue
      this.#given.session.tell(
        `There are more than ${n.toLocaleString('en')} objects here: only those are looked at.`,
      )
      after = null
    }
    return shown
      .near(bounds)
      .filter(({ annotation, geometry }) => this.#isReached(annotation) && isMeeting(geometry, ring))
      .map(({ annotation }) => annotation.id)
  }

  /** Say whether the pointer can take an object. */
  #isReached(annotation: Annotation): boolean {
    return this.#isVisible(annotation) && !this.#given.session.guard.isLocked(annotation)
  }

  #isVisible(annotation: Annotation): boolean {
    return this.#given.session.guard.isVisible(annotation)
  }

  #reach(pixels: number): number {
    return pixels * this.#given.view.camera.peek().unitsPerPixel
  }

  /** Return the loaded annotation under a position: points before lines before areas, small areas before large. */
  #pickLoaded(position: Position, isMeant: (annotation: Annotation) => boolean): Id | null {
    const reach = this.#reach(PICK_PX)
    const rank = ({ geometry }: ShownLabel): number => {
      if (geometry.kind === 'point' || geometry.kind === 'keypoints')
        return nearestVertex(geometry, position, reach) ? 0 : Infinity
      const band = geometry.kind === 'polyline' ? (geometry.width ?? 0) / 2 : 0
      if (nearestEdge(geometry, position, Math.max(reach, band)))
        return isCovering(geometry, position) ? areaIn(geometry) : 1e-9
      return isCovering(geometry, position) ? areaIn(geometry) : Infinity
    }
    let best: { id: Id; rank: number } | null = null
    for (const label of this.#given.shown.near(Bounds.around(position, reach))) {
      if (!isMeant(label.annotation)) continue
      const at = rank(label)
      if (at < (best?.rank ?? Infinity)) best = { id: label.annotation.id, rank: at }
    }
    return best?.id ?? null
  }
}
