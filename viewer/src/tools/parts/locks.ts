import { Metric } from '../../math/metric'
import { Position } from '../../math/position'

/** What can be typed of the next vertex. */
export type LockName = 'distance' | 'angle' | 'x' | 'y'

/**
 * What is fixed of the next vertex; the pointer gives the rest. Places are in units of the frame, distances too, or in
 * metres where those units are no lengths (degrees).
 *
 * Angles are in degrees, anticlockwise as seen on the screen, from the direction to the right (absolute) or from the
 * direction of the segment before (relative).
 */
export interface Locks {
  readonly distance: number | null
  readonly angle: number | null
  readonly x: number | null
  readonly y: number | null
  readonly isAngleRelative: boolean
  /** x and y count from the vertex before. */
  readonly isPlaceRelative: boolean
}

/** Where the next vertex starts from. */
export interface Start {
  /** The vertex before; null = there is none yet. */
  readonly from: Position | null
  /** The one before that. */
  readonly before: Position | null
}

/** What a sketch is about to place, for who types. */
export interface Aim {
  readonly start: Start
  readonly at: Position
}

/** Where values are typed: a view has one, a test need not. */
export interface Typing {
  readonly locks: Locks
  /** True in pixel frames: y is shown downwards. */
  readonly isYDown: boolean
  lock(locks: Locks): void
}

/** Pure functions on locks. */
export const Locks = {
  NONE: {
    distance: null,
    angle: null,
    x: null,
    y: null,
    isAngleRelative: false,
    isPlaceRelative: false,
  } as Locks,

  /** Say whether nothing is fixed. */
  isFree({ distance, angle, x, y }: Locks): boolean {
    return distance === null && angle === null && x === null && y === null
  },

  /** Say whether the locks decide the next vertex without a pointer. */
  isWhole({ distance, angle, x, y }: Locks, { from }: Start): boolean {
    const isReached = from !== null && (distance !== null || angle !== null)
    if (x !== null || y !== null) return (x !== null && y !== null) || isReached
    return from !== null && distance !== null && angle !== null
  },

  /** Return the locks with nothing fixed; relative stays relative. */
  freed(locks: Locks): Locks {
    return { ...locks, distance: null, angle: null, x: null, y: null }
  },

  /** Return the position nearest to the pointer that the locks allow; null where they contradict each other. */
  aimed(
    locks: Locks,
    start: Start,
    pointer: Position,
    isYDown: boolean,
    metric = Metric.FLAT,
  ): Position | null {
    const { from } = start
    if (from && metric !== Metric.FLAT) return aimedOnGround(locks, start, pointer, isYDown, metric)
    const isMoved = locks.isPlaceRelative && from !== null
    const x = locks.x === null ? null : locks.x + (isMoved ? from[0] : 0)
    const y = locks.y === null ? null : locks.y + (isMoved ? from[1] : 0)
    if (x !== null && y !== null) return [x, y]
    const turn = from === null ? null : directionOf(locks, start, isYDown)
    const distance = from === null ? null : locks.distance
    if (x !== null || y !== null) return onAxis({ x, y, from, turn, distance, pointer })
    if (from === null) return [pointer[0], pointer[1]]
    if (turn && distance !== null) return [from[0] + distance * turn[0], from[1] + distance * turn[1]]
    if (turn) {
      const along = (pointer[0] - from[0]) * turn[0] + (pointer[1] - from[1]) * turn[1]
      return [from[0] + along * turn[0], from[1] + along * turn[1]]
    }
    if (distance === null) return [pointer[0], pointer[1]]
    const far = Position.distance(from, pointer)
    const way = far === 0 ? [1, 0] : [(pointer[0] - from[0]) / far, (pointer[1] - from[1]) / far]
    return [from[0] + distance * way[0]!, from[1] + distance * way[1]!]
  },

  /** Return what stands in the fields for a position. */
  read(
    locks: Locks,
    { start, at }: Aim,
    isYDown: boolean,
    metric = Metric.FLAT,
  ): { readonly [name in LockName]: number | null } {
    const { from, before } = start
    const turned = locks.isAngleRelative && from && before ? Angle.of(before, from, isYDown, metric) : 0
    return {
      distance: from && Math.hypot(...Metric.way(metric, from, at)),
      angle: from && Angle.normal(Angle.of(from, at, isYDown, metric) - turned),
      x: at[0] - (locks.isPlaceRelative && from ? from[0] : 0),
      y: at[1] - (locks.isPlaceRelative && from ? from[1] : 0),
    }
  },

  /** Return the position on the nearest of the rays in steps of 45°, from north and from the segment before. */
  stepped({ from, before }: Start, pointer: Position, isYDown: boolean, metric = Metric.FLAT): Position {
    if (!from || Position.isSame(from, pointer)) return pointer
    const wanted = Angle.of(from, pointer, isYDown, metric)
    const bases = before ? [0, Angle.of(before, from, isYDown, metric)] : [0]
    const angles = bases.map((base) => base + 45 * Math.round((wanted - base) / 45))
    const off = (angle: number) => Math.abs(Angle.normal(angle - wanted))
    const angle = angles.reduce((best, next) => (off(next) < off(best) - 1e-9 ? next : best))
    return Locks.aimed({ ...Locks.NONE, angle }, { from, before }, pointer, isYDown, metric) ?? pointer
  },
}

/** Angles in degrees, anticlockwise as seen on the screen, 0 = to the right. */
export const Angle = {
  of(a: Position, b: Position, isYDown: boolean, metric = Metric.FLAT): number {
    const [dx, dy] = Metric.way(metric, a, b)
    return (Math.atan2(isYDown ? -dy : dy, dx) * 180) / Math.PI
  },

  /** Return the angle in (-180, 180]. */
  normal(angle: number): number {
    const turned = ((angle % 360) + 360) % 360
    return turned > 180 ? turned - 360 : turned
  },

  /** Return the direction of length 1; exact for quarter turns. */
  direction(angle: number, isYDown: boolean): readonly [number, number] {
    const quarters = Angle.normal(angle) / 90
    const exact = (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[(quarters + 4) % 4]
    const radians = (angle * Math.PI) / 180
    const [x, y] = exact ?? [Math.cos(radians), Math.sin(radians)]
    return [x, isYDown ? 0 - y : y]
  },
}

/** Return what the locks allow on the ground around the vertex before, which is its origin. */
function aimedOnGround(
  locks: Locks,
  start: Start,
  pointer: Position,
  isYDown: boolean,
  metric: Metric,
): Position | null {
  const [from, [sx, sy]] = [start.from!, metric(start.from!)]
  const isMoved = locks.isPlaceRelative
  const x = locks.x === null ? null : locks.x + (isMoved ? from[0] : 0)
  const y = locks.y === null ? null : locks.y + (isMoved ? from[1] : 0)
  const near: Locks = {
    ...locks,
    x: x === null ? null : (x - from[0]) * sx,
    y: y === null ? null : (y - from[1]) * sy,
    isPlaceRelative: false,
  }
  const before = start.before && Metric.way(metric, from, start.before)
  const way = Locks.aimed(near, { from: [0, 0], before }, Metric.way(metric, from, pointer), isYDown)
  const to = way && Metric.at(metric, from, [way[0], way[1]])
  return to && [x ?? to[0], y ?? to[1]]
}

function directionOf(
  locks: Locks,
  { from, before }: Start,
  isYDown: boolean,
): readonly [number, number] | null {
  if (locks.angle === null) return null
  const turned = locks.isAngleRelative && from && before ? Angle.of(before, from, isYDown) : 0
  return Angle.direction(locks.angle + turned, isYDown)
}

interface OnAxis {
  readonly x: number | null
  readonly y: number | null
  readonly from: Position | null
  readonly turn: readonly [number, number] | null
  readonly distance: number | null
  readonly pointer: Position
}

/** Return the position on a vertical (x fixed) or horizontal line that the other locks allow. */
function onAxis({ x, y, from, turn, distance, pointer }: OnAxis): Position | null {
  const [fixed, free] = x !== null ? [0, 1] : [1, 0]
  const value = (x ?? y)!
  const put = (other: number): Position => (fixed === 0 ? [value, other] : [other, value])
  if (from && turn) {
    if (Math.abs(turn[fixed]!) < 1e-12) return null
    return put(from[free]! + ((value - from[fixed]!) / turn[fixed]!) * turn[free]!)
  }
  if (from && distance !== null) {
    const squared = distance ** 2 - (value - from[fixed]!) ** 2
    if (squared < 0) return null
    const ends = [-1, 1].map((sign) => put(from[free]! + sign * Math.sqrt(squared)))
    return Position.distance(ends[0]!, pointer) < Position.distance(ends[1]!, pointer) ? ends[0]! : ends[1]!
  }
  return put(pointer[free]!)
}
