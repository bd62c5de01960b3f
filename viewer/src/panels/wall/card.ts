import type { Bounds } from '../../math/bounds'
import { Annotation, type ReviewState } from '../../model/annotation'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import type { ViewFrame } from '../../model/scene'
import { areaIn } from '../../shapes/hit'
import { Crop } from './crop'

/** What the wall keeps of an object: little, for there may be a hundred thousand of them. */
export interface Card {
  readonly id: Id
  readonly fid: number
  /** Slug of its class. */
  readonly label: string
  readonly state: ReviewState
  readonly tags: readonly string[]
  /** When it was made, milliseconds; 0 = nobody has said. */
  readonly at: number
  readonly score: number | null
  /** Square units of the view frame. */
  readonly area: number
  /** Native pixels of the raster. */
  readonly bounds: Bounds
  /** Its outline in those, as SVG path data. */
  readonly outline: string
  /** Its place in a random order. */
  readonly chance: number
}

/** What cards are put in order by. */
export type SortKey = 'number' | 'area' | 'date' | 'class' | 'score' | 'random'

/** Makes cards and puts them in order. */
export const Card = {
  /** Return the card of an annotation; null where it has no place in the raster. */
  of(annotation: Annotation, shown: Geometry | null, place: ViewFrame): Card | null {
    const bounds = shown && Crop.boundsOf(shown, place)
    if (!bounds) return null
    return {
      ...Card.facts(annotation),
      area: areaIn(shown),
      bounds,
      outline: Crop.outline(shown, place),
      chance: Math.random(),
    }
  },

  /** Return what a card says without its geometry. */
  facts(annotation: Annotation) {
    return {
      id: annotation.id,
      fid: annotation.fid,
      label: annotation.label,
      state: annotation.state,
      tags: Annotation.tagsOf(annotation),
      at: Date.parse(annotation.provenance?.at ?? '') || 0,
      score: annotation.provenance?.score ?? null,
    }
  },

  /** Say whether somebody has looked at it and decided. */
  isReviewed({ state }: Card): boolean {
    return state === 'accepted' || state === 'rejected'
  },

  /**
   * Return what compares two cards; equal ones stay in the order of their numbers.
   *
   * @param ranks the place of each class in the ontology
   */
  order(
    by: SortKey,
    isDescending: boolean,
    ranks: ReadonlyMap<string, number>,
  ): (a: Card, b: Card) => number {
    const key: { readonly [key in SortKey]: (card: Card) => number } = {
      number: numberOf,
      area: (card) => card.area,
      date: (card) => card.at,
      class: (card) => ranks.get(card.label) ?? ranks.size,
      score: (card) => card.score ?? -1,
      random: (card) => card.chance,
    }
    const [of, sign] = [key[by], isDescending ? -1 : 1]
    return (a, b) => sign * (of(a) - of(b)) || numberOf(a) - numberOf(b)
  },
}

/** Objects that the store has not numbered yet come last. */
function numberOf({ fid }: Card): number {
  return fid || Number.MAX_SAFE_INTEGER
}
