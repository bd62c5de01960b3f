import type { Position } from './position'
import { areaOf } from './ring'

/** WGS 84: semi-major axis in metres, first eccentricity squared. */
const A = 6378137
const E2 = (1 / 298.257223563) * (2 - 1 / 298.257223563)

const RADIANS = Math.PI / 180

/** More metres per unit than this: the unit is a degree. */
export const DEGREE_M = 10_000

/**
 * How a frame lies on the ground near one place: the derivative of (metres east, metres north) by the frame's x and y.
 *
 * It serves every frame that leads to longitude and latitude alike: metres, feet or degrees, a raster of ground control
 * points. Away from its place it is off by how much the projection's scale differs there (1e-5 over 10 km of UTM).
 */
export interface Ground {
  readonly eastByX: number
  readonly eastByY: number
  readonly northByX: number
  readonly northByY: number
}

/** Makes and uses ground derivatives. */
export const Ground = {
  /**
   * Return the derivative from where three positions of a frame lie on the ellipsoid.
   *
   * @param step distance of the second and third position from the first, units of the frame
   * @param at longitude, latitude in degrees of: a position, one `step` along +x, one `step` along +y
   */
  of(step: number, at: readonly [Position, Position, Position]): Ground | null {
    const latitude = at[0][1] * RADIANS
    const w2 = 1 - E2 * Math.sin(latitude) ** 2
    const meridian = (A * (1 - E2)) / w2 ** 1.5
    const parallel = (A / Math.sqrt(w2)) * Math.cos(latitude)
    const metres = ([lon, lat]: Position) => {
      const turn = ((lon - at[0][0] + 540) % 360) - 180
      return [(turn * RADIANS * parallel) / step, ((lat - at[0][1]) * RADIANS * meridian) / step] as const
    }
    const [x, y] = [metres(at[1]), metres(at[2])]
    const ground = { eastByX: x[0], northByX: x[1], eastByY: y[0], northByY: y[1] }
    return Object.values(ground).every(Number.isFinite) && areaFactor(ground) > 0 ? ground : null
  },

  /** Return the length of a path in metres. */
  length(ground: Ground, path: readonly Position[]): number {
    let sum = 0
    for (let i = 1; i < path.length; i++) {
      const [dx, dy] = [path[i]![0] - path[i - 1]![0], path[i]![1] - path[i - 1]![1]]
      sum += Math.hypot(
        ground.eastByX * dx + ground.eastByY * dy,
        ground.northByX * dx + ground.northByY * dy,
      )
    }
    return sum
  },

  /** Return how many metres a unit of x and one of y are. */
  units({ eastByX, northByX, eastByY, northByY }: Ground): readonly [x: number, y: number] {
    return [Math.hypot(eastByX, northByX), Math.hypot(eastByY, northByY)]
  },

  /**
   * Return where true north is on the screen, in degrees clockwise from up.
   *
   * @param isYDown whether y is shown downwards
   */
  north({ eastByX, eastByY, northByX, northByY }: Ground, isYDown: boolean): number {
    // the step (dx, dy) of the frame that leads north only: east stays 0
    const turn = eastByX * northByY - eastByY * northByX
    const [dx, dy] = [-eastByY / turn, eastByX / turn]
    const found = (Math.atan2(dx, isYDown ? -dy : dy) * 180) / Math.PI
    return Math.abs(found) < 1e-9 ? 0 : found
  },

  /** Return the area of a ring in square metres. */
  area(ground: Ground, ring: readonly Position[]): number {
    return Math.abs(areaOf(ring)) * areaFactor(ground)
  },

  /** Return metres per unit of the frame, the mean of all directions. */
  metresPerUnit(ground: Ground): number {
    return Math.sqrt(areaFactor(ground))
  },
}

function areaFactor(ground: Ground): number {
  return Math.abs(ground.eastByX * ground.northByY - ground.eastByY * ground.northByX)
}
