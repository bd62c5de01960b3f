import type { Position } from '../math/position'
import type { Cuboid } from '../model/geometry'
import type { Shape } from './shape'

/** A cuboid seen from above: the outline of its eight corners. It is moved as a whole; its size belongs to the 3D views. */
export const cuboid: Shape<Cuboid> = {
  kind: 'cuboid',
  title: 'Cuboid',
  chains: (geometry) => [{ path: footprintOf(geometry), role: 'exterior', part: 0 }],
  moveVertex: () => null,
  insertVertex: () => null,
  removeVertex: () => null,
  mapped: (geometry, map, frame) => {
    if (frame !== undefined && frame !== geometry.frame) return null // its heading would need the frame's too
    const to = map(geometry.center)
    return { ...geometry, center: [to[0], to[1], geometry.center[2]] }
  },
}

/** Return the convex outline of a cuboid's corners in x and y. */
export function footprintOf(cuboid: Cuboid): readonly Position[] {
  const [w, x, y, z] = cuboid.rotation
  const [l, b, h] = cuboid.size
  const corners: Position[] = []
  for (const i of [-0.5, 0.5])
    for (const j of [-0.5, 0.5])
      for (const k of [-0.5, 0.5]) {
        const [u, v, t] = [i * l, j * b, k * h]
        // first two rows of the rotation matrix of a unit quaternion
        const px = (1 - 2 * (y * y + z * z)) * u + 2 * (x * y - w * z) * v + 2 * (x * z + w * y) * t
        const py = 2 * (x * y + w * z) * u + (1 - 2 * (x * x + z * z)) * v + 2 * (y * z - w * x) * t
        corners.push([cuboid.center[0] + px, cuboid.center[1] + py])
      }
  return hullOf(corners)
}

/** Return the convex hull (Andrew's monotone chain, 1979). */
function hullOf(positions: readonly Position[]): readonly Position[] {
  const sorted = positions.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (order: readonly Position[]) => {
    const chain: Position[] = []
    for (const p of order) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0) chain.pop()
      chain.push(p)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.toReversed())]
}

function turn(a: Position, b: Position, c: Position): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}
