import type { Position } from './position'

/** The point of a segment that is nearest to a position. */
export interface Foot {
  readonly position: readonly [number, number]
  /** 0 at the first end, 1 at the second. */
  readonly t: number
  readonly distance: number
}

/** Return the point of the segment a-b that is nearest to p. An end of the segment is returned exactly. */
export function footOf(p: Position, a: Position, b: Position): Foot {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const squared = dx * dx + dy * dy
  const along = squared === 0 ? 0 : ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared
  const t = Math.min(1, Math.max(0, along))
  const position: readonly [number, number] =
    t === 0 ? [a[0], a[1]] : t === 1 ? [b[0], b[1]] : [a[0] + t * dx, a[1] + t * dy]
  return { position, t, distance: Math.hypot(p[0] - position[0], p[1] - position[1]) }
}

/** Return twice the signed area of a triangle: positive where a, b, c turn from +x towards +y. */
function turn(a: Position, b: Position, c: Position): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/** Say whether two segments cross in their interiors (touching ends do not count). */
export function isCrossing(a: Position, b: Position, c: Position, d: Position): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)]
  return abc * abd < 0 && cda * cdb < 0
}
