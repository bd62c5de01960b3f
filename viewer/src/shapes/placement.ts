import { Position } from '../math/position'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { shapeOf } from '.'

/** Positions of one frame in another one; null where there is no answer. */
export type Transform = (
  src: string,
  dst: string,
  positions: readonly Position[],
) => Promise<readonly (Position | null)[]>

interface Placed {
  readonly source: Geometry
  readonly shown: Geometry | null
}

/**
 * Shows annotations in the view frame, whatever frame they were drawn in, and leads edits back.
 *
 * A label stays in its frame to the bit: what is shown elsewhere is transformed by the server, and when it is edited
 * there, only the vertices that moved go back.
 */
export class Placement {
  readonly frame: string
  readonly #transform: Transform
  readonly #placed = new Map<Id, Placed>()

  constructor(frame: string, transform: Transform) {
    this.frame = frame
    this.#transform = transform
  }

  /** Return an annotation's geometry in the view frame; null where it has none there, or not yet (see `prepare`). */
  shown(annotation: Annotation): Geometry | null {
    const { geometry, id } = annotation
    if (!geometry || geometry.frame === this.frame) return geometry
    const placed = this.#placed.get(id)
    return placed?.source === geometry ? placed.shown : null
  }

  /** Transform what is in another frame; true when anything new can be shown. */
  async prepare(annotations: Iterable<Annotation>): Promise<boolean> {
    const byFrame = new Map<string, { id: Id; geometry: Geometry }[]>()
    for (const { id, geometry } of annotations) {
      if (!geometry || geometry.frame === this.frame || this.#placed.get(id)?.source === geometry) continue
      this.#placed.set(id, { source: geometry, shown: null })
      byFrame.set(geometry.frame, [...(byFrame.get(geometry.frame) ?? []), { id, geometry }])
    }
    for (const [frame, group] of byFrame) {
      const positions = group.flatMap(({ geometry }) => verticesOf(geometry))
      const moved = await this.#transform(frame, this.frame, positions)
      let start = 0
      for (const { id, geometry } of group) {
        const n = verticesOf(geometry).length
        this.#placed.set(id, {
          source: geometry,
          shown: replaced(geometry, moved.slice(start, start + n), this.frame),
        })
        start += n
      }
    }
    return byFrame.size > 0
  }

  /** Return the geometry, in the annotation's own frame, that an edit in the view frame means; null where it cannot be. */
  async restored(annotation: Annotation, edited: Geometry): Promise<Geometry | null> {
    const { geometry } = annotation
    const shown = this.shown(annotation)
    if (!geometry || geometry.frame === edited.frame) return edited
    if (!shown) return null
    const own = verticesOf(geometry)
    const known = new Map(verticesOf(shown).map((p, i) => [Position.key(p), own[i]!]))
    const strange = verticesOf(edited).filter((p) => !known.has(Position.key(p)))
    const back = await this.#transform(this.frame, geometry.frame, strange)
    strange.forEach((p, i) => {
      if (back[i]) known.set(Position.key(p), back[i])
    })
    return replaced(
      edited,
      verticesOf(edited).map((p) => known.get(Position.key(p)) ?? null),
      geometry.frame,
    )
  }
}

function verticesOf(geometry: Geometry): readonly Position[] {
  return shapeOf(geometry)
    .chains(geometry)
    .flatMap((chain) => chain.path)
}

/** Return a geometry with its vertices replaced one by one, in another frame; null where one has no place there. */
function replaced(
  geometry: Geometry,
  positions: readonly (Position | null)[],
  frame: string,
): Geometry | null {
  if (positions.some((p) => p === null)) return null
  const left = [...(positions as readonly Position[])]
  return shapeOf(geometry).mapped(geometry, () => left.shift()!, frame)
}
