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

/** A new form of an annotation, in the view frame. */
export interface Edit {
  readonly annotation: Annotation
  readonly edited: Geometry
}

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
      grouped(byFrame, geometry.frame).push({ id, geometry })
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

  /**
   * Return the geometries, each in its annotation's own frame, that edits in the view frame mean. Those that cannot be
   * are left out. There is one question per frame, however many are edited.
   */
  async restored(edits: readonly Edit[]): Promise<ReadonlyMap<Id, Geometry>> {
    const restored = new Map<Id, Geometry>()
    const strange = new Map<string, Edit[]>()
    for (const edit of edits) {
      const { geometry, id } = edit.annotation
      if (!geometry || geometry.frame === edit.edited.frame) restored.set(id, edit.edited)
      else if (this.shown(edit.annotation)) grouped(strange, geometry.frame).push(edit)
    }
    for (const [frame, group] of strange) await this.#restore(frame, group, restored)
    return restored
  }

  async #restore(frame: string, group: readonly Edit[], into: Map<Id, Geometry>): Promise<void> {
    // what did not move goes back to the bit; the same place in two objects may come from two places of their frame
    const known = group.map(({ annotation }) => {
      const own = verticesOf(annotation.geometry!)
      return new Map(verticesOf(this.shown(annotation)!).map((p, i) => [Position.key(p), own[i]!]))
    })
    const asked = group.map(({ edited }, k) =>
      verticesOf(edited).filter((p) => !known[k]!.has(Position.key(p))),
    )
    const back = await this.#transform(this.frame, frame, asked.flat())
    let start = 0
    group.forEach(({ annotation, edited }, k) => {
      asked[k]!.forEach((p, i) => {
        const found = back[start + i]
        if (found) known[k]!.set(Position.key(p), found)
      })
      start += asked[k]!.length
      const positions = verticesOf(edited).map((p) => known[k]!.get(Position.key(p)) ?? null)
      const made = replaced(edited, positions, frame)
      if (made) into.set(annotation.id, made)
    })
  }
}

/** Return the group of a key, a new one where it is the first. */
function grouped<T>(groups: Map<string, T[]>, key: string): T[] {
  const group = groups.get(key) ?? []
  if (!group.length) groups.set(key, group)
  return group
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
