import { Position } from './position'
import { turnOf } from './turn'

/** A straight edge between two positions. */
export type Edge = readonly [Position, Position]

/**
 * Return where two edges meet in a way that two borders must not, null where they keep to the rules.
 *
 * Borders may be apart, share an end, or be the same edge. They may not cross, nor may one end inside the other, nor may
 * they run along each other for a part of their length.
 */
export function clashOf([a, b]: Edge, [c, d]: Edge): Position | null {
  if (areApart(a, b, c, d)) return null
  const shared = [
    Position.isSame(a, c) || Position.isSame(a, d),
    Position.isSame(b, c) || Position.isSame(b, d),
  ]
  if (shared[0] && shared[1]) return null
  if (shared[0] || shared[1]) {
    const [joint, mine] = shared[0] ? [a, b] : [b, a]
    const other = Position.isSame(joint, c) ? d : c
    if (turnOf(joint, mine, other) !== 0) return null
    return isWithin(mine, joint, other) ? mine : isWithin(other, joint, mine) ? other : null
  }
  const [abc, abd] = [turnOf(a, b, c), turnOf(a, b, d)]
  const [cda, cdb] = [turnOf(c, d, a), turnOf(c, d, b)]
  if (abc === 0 && isWithin(c, a, b)) return c
  if (abd === 0 && isWithin(d, a, b)) return d
  if (cda === 0 && isWithin(a, c, d)) return a
  if (cdb === 0 && isWithin(b, c, d)) return b
  const isCrossing = abc > 0 !== abd > 0 && cda > 0 !== cdb > 0 && abc && abd && cda && cdb
  return isCrossing ? crossingOf([a, b], [c, d]) : null
}

/** Return where the lines through two edges cross; null where they are parallel. */
export function crossingOf([a, b]: Edge, [c, d]: Edge): Position | null {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]]
  const across = ux * vy - uy * vx
  if (across === 0) return null
  const t = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / across
  return [a[0] + t * ux, a[1] + t * uy]
}

function areApart(a: Position, b: Position, c: Position, d: Position): boolean {
  return (
    Math.max(a[0], b[0]) < Math.min(c[0], d[0]) ||
    Math.max(c[0], d[0]) < Math.min(a[0], b[0]) ||
    Math.max(a[1], b[1]) < Math.min(c[1], d[1]) ||
    Math.max(c[1], d[1]) < Math.min(a[1], b[1])
  )
}

/** Say whether a position on the line through a and b lies between them, the ends included. */
function isWithin(p: Position, a: Position, b: Position): boolean {
  return (
    Math.min(a[0], b[0]) <= p[0] &&
    p[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= p[1] &&
    p[1] <= Math.max(a[1], b[1])
  )
}
