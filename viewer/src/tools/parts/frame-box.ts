import { Bounds } from '../../math/bounds'
import { Position } from '../../math/position'
import { Box, type Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'

/** Screen pixels from the box to the handle that turns, and within which a handle is taken. */
const STEM_PX = 28
const HANDLE_PX = 9

/** What of a box around objects is taken hold of. */
export type Grip =
  | { readonly kind: 'corner'; readonly at: Position; readonly anchor: Position }
  | { readonly kind: 'turn'; readonly at: Position; readonly anchor: Position }
  | { readonly kind: 'body'; readonly at: Position; readonly anchor: Position }

/** A map of the plane: scaled and turned about an anchor, then shifted. */
export interface Motion {
  readonly anchor: Position
  readonly factors: readonly [number, number]
  /** Radians from +x towards +y, on the ground. */
  readonly angle: number
  /** How long a unit of x is beside one of y on the ground: less than 1 in degrees, away from the equator. */
  readonly aspect: number
  readonly shift: readonly [number, number]
}

export const Motion = {
  NONE: { anchor: [0, 0], factors: [1, 1], angle: 0, aspect: 1, shift: [0, 0] } as Motion,

  /** Return a geometry in motion; null = it is tied to its pixels. A box stays a rectangle. */
  of(motion: Motion, geometry: Geometry): Geometry | null {
    const map = mapOf(motion)
    const isMoveOnly = motion.angle === 0 && motion.factors[0] === 1 && motion.factors[1] === 1
    if (geometry.kind === 'box' && !isMoveOnly)
      return Box.fitted(geometry.frame, Box.corners(geometry).map(map))
    return shapeOf(geometry).mapped(geometry, map)
  },
}

function mapOf({ anchor, factors, angle, aspect, shift }: Motion): (p: Position) => Position {
  const [cos, sin] = angle === 0 ? [1, 0] : [Math.cos(angle), Math.sin(angle)]
  return (p) => {
    const [x, y] = [(p[0] - anchor[0]) * factors[0] * aspect, (p[1] - anchor[1]) * factors[1]]
    if (angle === 0 && factors[0] === 1 && factors[1] === 1) return Position.moved(p, shift[0], shift[1])
    return Position.at(
      anchor[0] + (x * cos - y * sin) / aspect + shift[0],
      anchor[1] + x * sin + y * cos + shift[1],
      p,
    )
  }
}

/** The box around objects, with its handles. */
export class FrameBox {
  readonly bounds: Bounds
  readonly corners: readonly Position[]
  readonly handle: Position
  readonly #reach: (pixels: number) => number

  /** @param isYDown y grows downwards on the screen: the handle that turns stands above. */
  constructor(bounds: Bounds, isYDown: boolean, reach: (pixels: number) => number) {
    const [minx, miny, maxx, maxy] = bounds
    this.bounds = bounds
    this.#reach = reach
    this.corners = [
      [minx, miny],
      [maxx, miny],
      [maxx, maxy],
      [minx, maxy],
    ]
    this.handle = [(minx + maxx) / 2, isYDown ? miny - reach(STEM_PX) : maxy + reach(STEM_PX)]
  }

  get center(): Position {
    return Bounds.center(this.bounds)
  }

  /** Return the outline and the stem, as one line to be drawn. */
  get outline(): readonly Position[] {
    const top: Position = [this.handle[0], this.handle[1] < this.center[1] ? this.bounds[1] : this.bounds[3]]
    const [a, b, c, d] = this.corners as readonly [Position, Position, Position, Position]
    return top[1] === this.bounds[1]
      ? [this.handle, top, b, c, d, a, top]
      : [this.handle, top, d, a, b, c, top]
  }

  /** Return what is under a position; null = nothing of the box. */
  gripAt(p: Position): Grip | null {
    const reach = this.#reach(HANDLE_PX)
    if (Position.distance(p, this.handle) <= reach) return { kind: 'turn', at: p, anchor: this.center }
    const corner = this.corners.findIndex((c) => Position.distance(p, c) <= reach)
    if (corner >= 0)
      return { kind: 'corner', at: this.corners[corner]!, anchor: this.corners[(corner + 2) % 4]! }
    return Bounds.holds(Bounds.grown(this.bounds, reach / 2), [p[0], p[1], p[0], p[1]])
      ? { kind: 'body', at: p, anchor: this.center }
      : null
  }
}
