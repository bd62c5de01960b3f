import { Position } from './position'

/** How long a unit of x and a unit of y are at a position: metres on the ground, or 1 and 1 where a frame is a plane of its own. */
export type Metric = (at: Position) => readonly [x: number, y: number]

/** How often a place is looked for again with the metric half way to it. */
const STEPS = 4

/** Goes from vectors of a frame to lengths and back, with the metric half way (as Gauss' mid-latitude formula does). */
export const Metric = {
  FLAT: (() => [1, 1]) as Metric,

  /** Return the way from one position to another, in the metric's unit along x and y. */
  way(metric: Metric, from: Position, to: Position): readonly [number, number] {
    const [sx, sy] = metric(Position.middle(from, to))
    return [(to[0] - from[0]) * sx, (to[1] - from[1]) * sy]
  },

  /** Return the position at the end of a way. */
  at(metric: Metric, from: Position, [dx, dy]: readonly [number, number]): Position {
    let to: Position = from
    for (let n = 0; n < STEPS; n++) {
      const [sx, sy] = metric(Position.middle(from, to))
      const next: Position = [from[0] + dx / sx, from[1] + dy / sy]
      if (next[0] === to[0] && next[1] === to[1]) break
      to = next
    }
    return to
  },
}
