import { Metric } from './metric'
import type { Position } from './position'

/** Vertices of a drawn circle: one every 5°. The chord is off by at most 0.1 % of the radius, the area by 0.13 %. */
export const CIRCLE_VERTICES = 72

/** Return the ring of a circle, or a regular shape of n corners; it begins at the given position on it, to the bit. */
export function circleAround(
  center: Position,
  on: Position,
  n = CIRCLE_VERTICES,
  metric = Metric.FLAT,
): readonly Position[] {
  const [dx, dy] = Metric.way(metric, center, on)
  return Array.from({ length: n }, (_, i): Position => {
    if (i === 0) return [on[0], on[1]]
    const turn = (2 * Math.PI * i) / n
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
    return Metric.at(metric, center, [dx * cos - dy * sin, dx * sin + dy * cos])
  })
}

/** Return the centre of the circle through three positions; null where they lie on a line. */
export function centerOf(a: Position, b: Position, c: Position, metric = Metric.FLAT): Position | null {
  // differences first: map coordinates keep their digits
  const [[bx, by], [cx, cy]] = [Metric.way(metric, a, b), Metric.way(metric, a, c)]
  const twice = 2 * (bx * cy - by * cx)
  const [bb, cc] = [bx * bx + by * by, cx * cx + cy * cy]
  if (Math.abs(twice) <= 1e-12 * (bb + cc)) return null
  return Metric.at(metric, a, [(cy * bb - by * cc) / twice, (bx * cc - cx * bb) / twice])
}

/** Return the corners of the rectangle between opposite corners, its sides along the axes. */
export function rectangleBetween(a: Position, b: Position): readonly Position[] {
  return [
    [a[0], a[1]],
    [b[0], a[1]],
    [b[0], b[1]],
    [a[0], b[1]],
  ]
}

/** Return the corners of the rectangle on a base a-b whose other side runs through a position. */
export function rectangleOn(
  a: Position,
  b: Position,
  through: Position,
  metric = Metric.FLAT,
): readonly Position[] {
  const [dx, dy] = Metric.way(metric, a, b)
  const length = Math.hypot(dx, dy)
  const [nx, ny] = length ? [-dy / length, dx / length] : [0, 0]
  const [px, py] = Metric.way(metric, b, through)
  const height = px * nx + py * ny
  return [
    [a[0], a[1]],
    [b[0], b[1]],
    Metric.at(metric, b, [height * nx, height * ny]),
    Metric.at(metric, a, [height * nx, height * ny]),
  ]
}

/** Return the corner that makes a square with the opposite one, as large as the pointer reaches. */
export function squareCorner(first: Position, to: Position, metric = Metric.FLAT): Position {
  const [dx, dy] = Metric.way(metric, first, to)
  const side = Math.max(Math.abs(dx), Math.abs(dy))
  return Metric.at(metric, first, [Math.sign(dx) * side, Math.sign(dy) * side])
}
