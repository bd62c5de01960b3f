import { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import { isCrossingItself, isRingCrossing, isRingInside } from '../../math/ring'
import type { Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import { isCovering, partsOf } from '../../shapes/hit'
import type { Gesture, Shown, ToolContext } from '../tool'
import { trail } from './trail'

/** Draw the outline of a hole inside a polygon; `cut` gets the polygon, its form with the hole, and the outline. */
export function hole(
  context: ToolContext,
  cut: (target: Shown, pierced: Geometry, outline: readonly Position[]) => void,
): Gesture {
  return trail(context, {
    least: 3,
    isClosed: true,
    shape: (frame, path) =>
      path.length ? { kind: 'polyline', frame, path: closed(path), width: null } : null,
    finish(path) {
      const found = targetOf(context, path)
      if (typeof found === 'string') {
        context.tell(found)
        return false
      }
      cut(found, withHole(found.geometry, path), path)
      return true
    },
  })
}

/** Say whether a geometry is made of areas with free outlines. */
export function isArea(geometry: Geometry): boolean {
  return geometry.kind === 'polygon' || geometry.kind === 'multipolygon'
}

function closed(path: readonly Position[]): readonly Position[] {
  return path.length > 2 ? [...path, path[0]!] : path
}

/** Return the polygon that a hole is cut into (a chosen one first, else the smallest), or why there is none. */
function targetOf(context: ToolContext, hole: readonly Position[]): Shown | string {
  if (isCrossingItself(hole))
    return 'The outline of the hole crosses itself; Backspace drops its last corner.'
  const around = context.near(Bounds.of(hole)!).filter(({ geometry }) => isArea(geometry))
  const holding = around.filter(({ geometry }) => isInOnePart(geometry, hole))
  const chosen = holding.find(({ annotation }) => context.selection.has(annotation.id))
  const found = chosen ?? holding.toSorted((a, b) => extentOf(a.geometry) - extentOf(b.geometry))[0]
  if (found) return found
  return around.some(({ geometry }) => hole.some((p) => isCovering(geometry, p)))
    ? 'A hole must lie inside one polygon and clear of its other holes.'
    : 'There is no polygon here to cut a hole into.'
}

function isInOnePart(geometry: Geometry, hole: readonly Position[]): boolean {
  return partsOf(shapeOf(geometry).chains(geometry)).some(
    ([exterior, ...holes]) =>
      isRingInside(hole, exterior!) &&
      holes.every(
        (other) => !isRingCrossing(hole, other) && !isRingInside(hole, other) && !isRingInside(other, hole),
      ),
  )
}

function withHole(geometry: Geometry, hole: readonly Position[]): Geometry {
  if (geometry.kind === 'polygon') return { ...geometry, holes: [...geometry.holes, [...hole]] }
  if (geometry.kind !== 'multipolygon') return geometry
  const parts = geometry.parts.map((part) =>
    isRingInside(hole, part.exterior) ? { ...part, holes: [...part.holes, [...hole]] } : part,
  )
  return { ...geometry, parts }
}

function extentOf(geometry: Geometry): number {
  const [width, height] = Bounds.size(
    Bounds.of(
      shapeOf(geometry)
        .chains(geometry)
        .flatMap((c) => c.path),
    )!,
  )
  return width * height
}
