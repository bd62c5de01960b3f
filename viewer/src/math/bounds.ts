import type { Position } from './position'

/** (minx, miny, maxx, maxy) in the frame that goes with it. */
export type Bounds = readonly [number, number, number, number]

/** Pure functions on bounds. */
export const Bounds = {
  /** Return the bounds of positions, or null where there are none. */
  of(positions: Iterable<Position>): Bounds | null {
    let [minx, miny, maxx, maxy] = [Infinity, Infinity, -Infinity, -Infinity]
    for (const [x, y] of positions) {
      if (x < minx) minx = x
      if (x > maxx) maxx = x
      if (y < miny) miny = y
      if (y > maxy) maxy = y
    }
    return minx <= maxx && miny <= maxy ? [minx, miny, maxx, maxy] : null
  },

  /** Return the smallest bounds that hold both. */
  joined(a: Bounds, b: Bounds): Bounds {
    return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
  },

  /** Return the bounds grown by `by` on every side. */
  grown(b: Bounds, by: number): Bounds {
    return [b[0] - by, b[1] - by, b[2] + by, b[3] + by]
  },

  /** Say whether the two share at least a point. */
  meets(a: Bounds, b: Bounds): boolean {
    return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
  },

  /** Say whether `outer` holds all of `inner`. */
  holds(outer: Bounds, inner: Bounds): boolean {
    return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
  },

  /** Return the middle. */
  center(b: Bounds): readonly [number, number] {
    return [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2]
  },

  /** Return (width, height). */
  size(b: Bounds): readonly [number, number] {
    return [b[2] - b[0], b[3] - b[1]]
  },

  /** Return the bounds around a position. */
  around([x, y]: Position, by: number): Bounds {
    return [x - by, y - by, x + by, y + by]
  },
}
