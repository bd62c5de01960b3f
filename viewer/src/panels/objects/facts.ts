import { Problem } from '../../api/problem'
import type { Session } from '../../document/session'
import { Ellipsoid } from '../../math/ellipsoid'
import { lengthOf } from '../../math/path'
import type { Position } from '../../math/position'
import { areaOf } from '../../math/ring'
import type { Annotation } from '../../model/annotation'
import type { Facts } from '../../model/expression'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'

type Size = Pick<Facts, 'area' | 'length'>

const NO_SIZE: Size = { area: null, length: null }

/** Return what an expression may ask of annotations; sizes only where they are needed, for they ask the server. */
export async function factsOf(
  session: Session,
  annotations: readonly Annotation[],
  isAboutSize: boolean,
): Promise<readonly Facts[]> {
  const sizes = isAboutSize ? await sizesOf(session, annotations) : null
  const ontology = session.ontology.peek()
  const names = new Map(session.project.peek().members.map((m) => [m.id, m.name]))
  return annotations.map((annotation) => {
    const actor = annotation.provenance?.actor ?? ''
    return {
      annotation,
      title: Ontology.titleOf(ontology, annotation.label),
      author: names.get(actor) ?? actor,
      ...(sizes?.get(annotation.id) ?? NO_SIZE),
    }
  })
}

/** Return sizes in metres on the ellipsoid; of a picture without a place on Earth in its pixels. */
async function sizesOf(session: Session, annotations: readonly Annotation[]): Promise<ReadonlyMap<Id, Size>> {
  const byFrame = new Map<string, { id: Id; geometry: Geometry }[]>()
  for (const { id, geometry } of annotations) {
    if (!geometry) continue
    const group = byFrame.get(geometry.frame)
    if (group) group.push({ id, geometry })
    else byFrame.set(geometry.frame, [{ id, geometry }])
  }
  const sizes = new Map<Id, Size>()
  for (const [frame, group] of byFrame) {
    const paths = group.map(({ geometry }) => shapeOf(geometry).chains(geometry))
    const all = paths.flatMap((chains) => chains.flatMap((chain) => chain.path.map(flat)))
    const degrees = await session.api.transform(frame, 'EPSG:4326', all).catch((error) => {
      if (error instanceof Problem) return null // it leads to no place on Earth
      throw error
    })
    let next = 0
    group.forEach(({ id }, i) => {
      let [area, length, isKnown]: [number | null, number, boolean] = [null, 0, true]
      for (const chain of paths[i]!) {
        const moved = (degrees ?? all).slice(next, next + chain.path.length)
        next += chain.path.length
        if (moved.some((p) => p === null)) isKnown = false
        else if (isClosed(chain)) {
          const ring = moved as readonly Position[]
          const own = Math.abs(degrees ? Ellipsoid.area(ring) : areaOf(ring))
          area = (area ?? 0) + (chain.role === 'hole' ? -own : own)
          if (chain.role === 'exterior') length += along([...ring, ring[0]!], degrees !== null)
        } else if (chain.role === 'line') length += along(moved as readonly Position[], degrees !== null)
      }
      if (isKnown) sizes.set(id, { area, length: length || null })
    })
  }
  return sizes
}

function along(path: readonly Position[], isOnEarth: boolean): number {
  return isOnEarth ? Ellipsoid.length(path) : lengthOf(path)
}

/** Heights are no part of a size in the plane, and a question holds either positions with them or without. */
function flat(p: Position): Position {
  return [p[0], p[1]]
}
