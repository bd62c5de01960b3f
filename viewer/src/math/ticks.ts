/** Return three to six round numbers between two. */
export function ticksOf(low: number, high: number): readonly number[] {
  const span = Math.abs(high - low) || 1
  const power = 10 ** Math.floor(Math.log10(span / 3))
  const step = [5, 2, 1].map((digit) => digit * power).find((one) => span / one >= 3) ?? power
  const [from, to] = [Math.ceil(Math.min(low, high) / step), Math.floor(Math.max(low, high) / step)]
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step)
}
