import type { Position } from './position'
import { Runs } from './runs'

/**
 * Return the outlines of a run-length coded mask as closed rings along pixel edges; holes are rings of their own.
 *
 * Every boundary edge is directed so that the set pixels lie on its right (y down); chaining edges end to start closes
 * the rings. Where two pixels touch by a corner the ring turns right, so that touching parts stay apart.
 *
 * @param offset (column, row) of the crop's first pixel
 * @param size (width, height) of the crop
 * @param counts run lengths, row-major, zeros first
 */
export function outlinesOf(
  offset: readonly [number, number],
  size: readonly [number, number],
  counts: readonly number[],
): Position[][] {
  const [width, height] = size
  const isSet = Runs.decode(width * height, counts)
  const at = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && isSet[y * width + x] === 1
  const starts = new Map<number, [number, number][]>()
  const add = (x0: number, y0: number, x1: number, y1: number) => {
    const key = y0 * (width + 1) + x0
    const list = starts.get(key)
    if (list) list.push([x1, y1])
    else starts.set(key, [[x1, y1]])
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!at(x, y)) continue
      if (!at(x, y - 1)) add(x, y, x + 1, y)
      if (!at(x + 1, y)) add(x + 1, y, x + 1, y + 1)
      if (!at(x, y + 1)) add(x + 1, y + 1, x, y + 1)
      if (!at(x - 1, y)) add(x, y + 1, x, y)
    }
  return chain(starts, width, offset)
}

/** Join directed unit edges into rings, keeping only the corners. */
function chain(
  starts: Map<number, [number, number][]>,
  width: number,
  [dx, dy]: readonly [number, number],
): Position[][] {
  const rings: Position[][] = []
  for (const [key, ends] of starts)
    while (ends.length) {
      const corners: [number, number][] = []
      let [x, y] = [key % (width + 1), Math.floor(key / (width + 1))]
      let heading: readonly [number, number] = [0, 0]
      const first = [x, y] as const
      do {
        const out = starts.get(y * (width + 1) + x)!
        // a right turn (y down) is (dx, dy) -> (-dy, dx)
        const right = out.findIndex(([ex, ey]) => ex - x === -heading[1] && ey - y === heading[0])
        const [ex, ey] = out.splice(Math.max(0, right), 1)[0]!
        const next = [ex - x, ey - y] as const
        if (next[0] !== heading[0] || next[1] !== heading[1]) corners.push([x + dx, y + dy])
        heading = next
        ;[x, y] = [ex, ey]
      } while (x !== first[0] || y !== first[1])
      // the start need not be a corner: it is none where the ring goes straight through it
      const [a, b] = [corners[0]!, corners.at(-1)!]
      const straight = corners.length > 2 && (a[0] === corners[1]![0] ? a[0] === b[0] : a[1] === b[1])
      rings.push(straight ? corners.slice(1) : corners)
    }
  return rings
}
