import type { Position } from './position'

/** Return the length of a path in units of its frame. */
export function lengthOf(path: readonly Position[]): number {
  let sum = 0
  for (let i = 1; i < path.length; i++)
    sum += Math.hypot(path[i]![0] - path[i - 1]![0], path[i]![1] - path[i - 1]![1])
  return sum
}
