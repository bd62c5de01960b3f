import type { Position } from './position'

/** `x = a*col + b*row + c`, `y = d*col + e*row + f`, as GDAL has it. */
export interface Affine {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** Pure functions on affine links. */
export const Affine = {
  /** Return where a position goes. */
  apply(m: Affine, p: Position): readonly [number, number] {
    return [m.a * p[0] + m.b * p[1] + m.c, m.d * p[0] + m.e * p[1] + m.f]
  },

  /** Return where a position comes from; the translation is taken off first, so that large coordinates keep their digits. */
  applyInverse(m: Affine, p: Position): readonly [number, number] {
    const [x, y] = [p[0] - m.c, p[1] - m.f]
    if (m.b === 0 && m.d === 0) return [x / m.a, y / m.e]
    const determinant = m.a * m.e - m.b * m.d
    return [(m.e * x - m.b * y) / determinant, (m.a * y - m.d * x) / determinant]
  },

  /** Say whether rows run straight south and columns straight east. */
  isNorthUp(m: Affine): boolean {
    return m.b === 0 && m.d === 0 && m.a > 0 && m.e < 0
  },
}
