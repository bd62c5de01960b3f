import type { Position } from './position'

/** A square piece of a frame whose positions are known in longitude and latitude at nine places. */
export interface Patch {
  readonly center: readonly [number, number]
  /** From the middle to its sides, units of the frame. */
  readonly half: number
  /** Longitude, latitude in degrees at the nine places, row by row from the lowest y, each from the lowest x. */
  readonly at: readonly Position[]
}

const STEPS = [-1, 0, 1] as const

/** Makes and uses patches. In between, longitude and latitude are quadratic in x and y. */
export const Patch = {
  /** Return the nine places to be asked for. */
  places(center: readonly [number, number], half: number): readonly Position[] {
    return STEPS.flatMap((j) => STEPS.map((i): Position => [center[0] + i * half, center[1] + j * half]))
  },

  /** Return the patch of nine answers; null where one is missing. Longitudes go on across the antimeridian. */
  of(center: readonly [number, number], half: number, answers: readonly (Position | null)[]): Patch | null {
    const middle = answers[4]
    if (!middle || answers.length !== 9 || answers.some((p) => p === null)) return null
    const at = (answers as readonly Position[]).map(
      (p): Position => [middle[0] + ((((p[0] - middle[0] + 540) % 360) + 360) % 360) - 180, p[1]],
    )
    return { center, half, at }
  },

  /** Return the longitude and latitude of a position of the frame, in degrees. */
  place({ center, half, at }: Patch, [x, y]: Position): Position {
    const u = weights((x - center[0]) / half)
    const v = weights((y - center[1]) / half)
    let [lon, lat] = [0, 0]
    // from the middle: the digits of small differences are not lost in the sum
    const middle = at[4]!
    for (let j = 0; j < 3; j++)
      for (let i = 0; i < 3; i++) {
        const weight = u[i]! * v[j]!
        lon += weight * (at[3 * j + i]![0] - middle[0])
        lat += weight * (at[3 * j + i]![1] - middle[1])
      }
    return [middle[0] + lon, middle[1] + lat]
  },
}

/** Return the weights of the values at -1, 0 and 1 of the parabola through them. */
function weights(t: number): readonly [number, number, number] {
  return [(t * (t - 1)) / 2, 1 - t * t, (t * (t + 1)) / 2]
}
