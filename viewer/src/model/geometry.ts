import type { components } from '../api/schema'
import type { Position } from '../math/position'

type Schemas = components['schemas']

export type Point = Schemas['Point']
export type Polyline = Schemas['Polyline']
export type MultiPolyline = Schemas['MultiPolyline']
export type Polygon = Schemas['Polygon']
export type MultiPolygon = Schemas['MultiPolygon']
export type Box = Schemas['Box']
export type Keypoints = Schemas['Keypoints']
export type Mask = Schemas['Mask']
export type Cuboid = Schemas['Cuboid']
export type Segment = Schemas['Segment']

/** The closed family: whoever switches over `kind` is told by tsc when a kind is added. */
export type Geometry =
  | Point
  | Polyline
  | MultiPolyline
  | Polygon
  | MultiPolygon
  | Box
  | Keypoints
  | Mask
  | Cuboid
  | Segment

export type GeometryKind = Geometry['kind']

/** The geometry of one kind. */
export type GeometryOf<K extends GeometryKind> = Extract<Geometry, { kind: K }>

/** Pure functions on boxes; corner order as in `geo3d.geometry.box`. */
export const Box = {
  /** Return the four corners; an unturned box gets them without a sine. */
  corners(box: Box): readonly Position[] {
    const [cos, sin] = box.angle === 0 ? [1, 0] : [Math.cos(box.angle), Math.sin(box.angle)]
    const [l, w] = [box.size[0] / 2, box.size[1] / 2]
    const signs = [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ] as const
    return signs.map(([u, v]) => {
      const [along, across] = [u * l, v * w]
      return [box.center[0] + along * cos - across * sin, box.center[1] + along * sin + across * cos]
    })
  },

  /** Return the unturned box between two opposite corners. */
  between(frame: string, a: Position, b: Position): Box {
    return {
      kind: 'box',
      frame,
      center: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      size: [Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])],
      angle: 0,
    }
  },

  /** Return the box with one corner dragged; the opposite corner and the angle stay. */
  withCorner(box: Box, corner: number, to: Position): Box {
    const fixed = Box.corners(box)[(corner + 2) % 4]!
    const [cos, sin] = box.angle === 0 ? [1, 0] : [Math.cos(box.angle), Math.sin(box.angle)]
    const [dx, dy] = [to[0] - fixed[0], to[1] - fixed[1]]
    return {
      ...box,
      center: [(to[0] + fixed[0]) / 2, (to[1] + fixed[1]) / 2],
      size: [Math.abs(dx * cos + dy * sin), Math.abs(-dx * sin + dy * cos)],
    }
  },

  /** Return the rectangle nearest to four corners in corner order; a mirrored order stays a rectangle too. */
  fitted(frame: string, corners: readonly Position[]): Box {
    const [a, b, c, d] = corners as [Position, Position, Position, Position]
    const along = [(b[0] - a[0] + c[0] - d[0]) / 2, (b[1] - a[1] + c[1] - d[1]) / 2] as const
    const across = [(d[0] - a[0] + c[0] - b[0]) / 2, (d[1] - a[1] + c[1] - b[1]) / 2] as const
    return {
      kind: 'box',
      frame,
      center: [(a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4],
      size: [Math.hypot(...along), Math.hypot(...across)],
      angle: Math.atan2(along[1], along[0]),
    }
  },
}
