import type { Position } from './position'

/** Rounding of the plain formula, as a share of its two products (Shewchuk 1997, "Adaptive precision", orient2d). */
const ROUNDING = 3.3306690738754716e-16

/**
 * Return which way a, b, c turn: positive from +x towards +y, negative the other way, 0 where they lie on one line.
 *
 * The sign is exact for every three positions: borders that touch and borders that cross differ by the last bit.
 */
export function turnOf(a: Position, b: Position, c: Position): number {
  const left = (a[0] - c[0]) * (b[1] - c[1])
  const right = (a[1] - c[1]) * (b[0] - c[0])
  const turn = left - right
  if (Math.abs(turn) > ROUNDING * (Math.abs(left) + Math.abs(right))) return turn
  return exactTurn(a, b, c)
}

/** The same without rounding: every finite number is a whole number of some power of two. */
function exactTurn(a: Position, b: Position, c: Position): number {
  const [ax, ay, bx, by, cx, cy] = wholes([a[0], a[1], b[0], b[1], c[0], c[1]]) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const turn = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx)
  return turn > 0n ? 1 : turn < 0n ? -1 : 0
}

/** Return numbers as multiples of the smallest power of two that all of them are multiples of. */
function wholes(values: readonly number[]): bigint[] {
  const view = new DataView(new ArrayBuffer(8))
  const parts = values.map((value) => {
    view.setFloat64(0, value)
    const bits = view.getBigUint64(0)
    const exponent = Number((bits >> 52n) & 0x7ffn)
    const fraction = bits & 0xfffffffffffffn
    const size = exponent ? fraction | (1n << 52n) : fraction
    return { whole: bits >> 63n ? -size : size, exponent: Math.max(1, exponent) }
  })
  const least = Math.min(...parts.filter(({ whole }) => whole !== 0n).map(({ exponent }) => exponent))
  return parts.map(({ whole, exponent }) => (whole === 0n ? 0n : whole << BigInt(exponent - least)))
}
