import { Bounds } from './bounds'
import type { Position } from './position'
import { edgesOf, isInside, type Ring } from './ring'

/** An area as its exterior followed by its holes. */
export type Area = readonly Ring[]

/** Say whether an area holds a position; holes do not count. */
export function isInArea(position: Position, [exterior, ...holes]: Area): boolean {
  return isInside(position, exterior!) && !holes.some((hole) => isInside(position, hole))
}

/** Return a position well inside an area: the middle of the widest run along a line near its middle; null = it has no inside. */
export function insideOf(area: Area): Position | null {
  const bounds = Bounds.of(area[0] ?? [])
  if (!bounds) return null
  const middle = (bounds[1] + bounds[3]) / 2
  const heights = [...new Set(area.flatMap((ring) => ring.map((p) => p[1])))].sort((a, b) => a - b)
  // between two heights of vertices no vertex lies on the line
  const above = heights.find((y) => y > middle) ?? heights.at(-1)!
  const below = heights.findLast((y) => y < above)
  if (below === undefined) return null
  const y = (above + below) / 2
  const crossings = area
    .flatMap((ring) => [...edgesOf(ring, true)])
    .filter(([a, b]) => a[1] > y !== b[1] > y)
    .map(([a, b]) => a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]))
    .sort((a, b) => a - b)
  let best: readonly [number, number] = [0, 0]
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const run = [crossings[i]!, crossings[i + 1]!] as const
    if (run[1] - run[0] > best[1] - best[0]) best = run
  }
  return best[1] > best[0] ? [(best[0] + best[1]) / 2, y] : null
}
