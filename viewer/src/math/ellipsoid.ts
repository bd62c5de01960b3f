import type { Position } from './position'

/** WGS 84: semi-major axis in metres, first eccentricity and its square. */
const A = 6378137
const E2 = (1 / 298.257223563) * (2 - 1 / 298.257223563)
const E = Math.sqrt(E2)

const RADIANS = Math.PI / 180

/** Lengths and areas on the ellipsoid of positions in degrees (longitude, latitude). */
export const Ellipsoid = {
  /**
   * Return the length of a path in metres; an edge of 100 km is off by some 1e-5 of its length.
   *
   * Source: Gauss' mid-latitude formula (radii of curvature half way), its first term.
   */
  length(path: readonly Position[]): number {
    let sum = 0
    for (let i = 1; i < path.length; i++) {
      const [a, b] = [path[i - 1]!, path[i]!]
      const middle = ((a[1] + b[1]) / 2) * RADIANS
      const w2 = 1 - E2 * Math.sin(middle) ** 2
      const east = ((b[0] - a[0]) * RADIANS * A * Math.cos(middle)) / Math.sqrt(w2)
      const north = ((b[1] - a[1]) * RADIANS * A * (1 - E2)) / w2 ** 1.5
      sum += Math.hypot(east, north)
    }
    return sum
  },

  /**
   * Return the area of a ring in square metres, its edges straight in longitude and authalic latitude.
   *
   * Source: Snyder 1987, "Map projections: a working manual", (3-12), cylindrical equal-area on the ellipsoid.
   */
  area(ring: readonly Position[]): number {
    const first = ring[0]
    if (!first) return 0
    const q0 = authalic(first[1])
    let twice = 0
    let [x0, y0] = [0, 0]
    for (let i = 1; i <= ring.length; i++) {
      const p = ring[i % ring.length]!
      const [x1, y1] = [(p[0] - first[0]) * RADIANS, authalic(p[1]) - q0]
      twice += x0 * y1 - x1 * y0
      ;[x0, y0] = [x1, y1]
    }
    return (Math.abs(twice) / 2) * (A * A) * 0.5
  },
}

/** Return q of Snyder (3-12): twice the sine of the authalic latitude, on the ellipsoid's own scale. */
function authalic(latitude: number): number {
  const s = Math.sin(latitude * RADIANS)
  return (1 - E2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E)
}
