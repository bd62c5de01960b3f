import type { Position } from './position'
import { footOf } from './segment'

/**
 * Return a path with fewer vertices that is nowhere further than a tolerance from the given one.
 *
 * Those that stay are the given positions to the bit, the first and the last always. Of a closed run the vertex
 * farthest from its start stays too.
 *
 * @param tolerance Units of the frame.
 * Source: Douglas and Peucker 1973, "Algorithms for the reduction of the number of points".
 */
export function thinned(path: readonly Position[], tolerance: number): readonly Position[] {
  const isKept = new Uint8Array(path.length)
  isKept[0] = 1
  isKept[path.length - 1] = 1
  const spans: [number, number][] = [[0, path.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span
    let [far, most] = [-1, tolerance]
    for (let i = first + 1; i < last; i++) {
      const { distance } = footOf(path[i]!, path[first]!, path[last]!)
      if (distance > most) [far, most] = [i, distance]
    }
    if (far < 0) continue
    isKept[far] = 1
    spans.push([first, far], [far, last])
  }
  return path.filter((_, i) => isKept[i])
}
