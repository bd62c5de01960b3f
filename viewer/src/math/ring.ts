import type { Position } from './position'
import { isCrossing } from './segment'

/** A closed ring without the closing repetition. */
export type Ring = readonly Position[]

/** Return the signed area of a ring; the origin is moved to its first position, so that map coordinates keep their digits. */
export function areaOf(ring: Ring): number {
  const first = ring[0]
  if (!first) return 0
  let twice = 0
  let [x0, y0] = [0, 0]
  for (let i = 1; i <= ring.length; i++) {
    const p = ring[i % ring.length]!
    const [x1, y1] = [p[0] - first[0], p[1] - first[1]]
    twice += x0 * y1 - x1 * y0
    ;[x0, y0] = [x1, y1]
  }
  return twice / 2
}

/** Say whether a ring holds a position (even-odd rule). */
export function isInside(p: Position, ring: Ring): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [a, b] = [ring[i]!, ring[j]!]
    if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0])
      inside = !inside
  }
  return inside
}

/** Return the edges of a ring or line as pairs, with the index of their first vertex. */
export function* edgesOf(
  path: readonly Position[],
  isClosed: boolean,
): Generator<readonly [Position, Position, number]> {
  const n = isClosed && path.length > 2 ? path.length : path.length - 1
  for (let i = 0; i < n; i++) yield [path[i]!, path[(i + 1) % path.length]!, i]
}

/** Say whether a ring crosses itself. */
export function isCrossingItself(ring: Ring): boolean {
  const edges = [...edgesOf(ring, true)]
  return edges.some(([a, b], i) => edges.slice(i + 2).some(([c, d]) => isCrossing(a, b, c, d)))
}

/** Say whether all of `inner` lies inside `outer` and no edges cross. */
export function isRingInside(inner: Ring, outer: Ring): boolean {
  if (!inner.every((p) => isInside(p, outer))) return false
  return !isRingCrossing(inner, outer)
}

/** Say whether an edge of one ring crosses an edge of the other. */
export function isRingCrossing(a: Ring, b: Ring): boolean {
  const others = [...edgesOf(b, true)]
  for (const [p, q] of edgesOf(a, true)) if (others.some(([r, s]) => isCrossing(p, q, r, s))) return true
  return false
}
