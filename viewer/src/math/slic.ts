import type { Pixels } from './flood'

/** How pixels are grouped. */
export interface Grouping {
  /** Pixels on a side of a group, about. */
  readonly step: number
  /** How much nearness counts beside colour: 1 follows every edge, 40 makes squares. */
  readonly compactness: number
}

/** Groups of pixels that look alike and lie together. */
export interface Groups {
  /** Number of the group of each pixel, from 0 without gaps. */
  readonly labels: Int32Array
  /** First column, first row, last column, last row of each group. */
  readonly boxes: Int32Array
}

const ITERATIONS = 6

/**
 * Group pixels. Every pixel is in a group, and every group is joined by edges.
 *
 * Source: Achanta et al., SLIC Superpixels Compared to State-of-the-art Superpixel Methods, 2012; colour is per cent of
 * each band's range.
 */
export function slic(pixels: Pixels, { step, compactness }: Grouping): Groups {
  const { width, height } = pixels
  const bands = pixels.bands.map((values, b) => {
    const factor = 100 / pixels.ranges[b]!
    return values.map((value) => (Number.isFinite(value) ? value * factor : 0))
  })
  const centres = seeds(width, height, step, bands)
  const nearest = new Int32Array(width * height)
  const distances = new Float32Array(width * height)
  const weight = (compactness / step) ** 2
  for (let i = 0; i < ITERATIONS; i++) {
    assign(centres, bands, { width, height, step, weight }, nearest, distances)
    settle(centres, bands, width, nearest)
  }
  return joined(nearest, width, height, Math.max(1, Math.floor((step * step) / 4)))
}

/** A centre: column, row, then one value for each band. */
type Centre = Float64Array

function seeds(width: number, height: number, step: number, bands: readonly Float32Array[]): Centre[] {
  const centres: Centre[] = []
  const [columns, rows] = [Math.max(1, Math.round(width / step)), Math.max(1, Math.round(height / step))]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = Math.min(width - 1, Math.floor(((column + 0.5) * width) / columns))
      const y = Math.min(height - 1, Math.floor(((row + 0.5) * height) / rows))
      centres.push(Float64Array.of(x, y, ...bands.map((values) => values[y * width + x]!)))
    }
  return centres
}

interface Plan {
  readonly width: number
  readonly height: number
  readonly step: number
  readonly weight: number
}

function assign(
  centres: readonly Centre[],
  bands: readonly Float32Array[],
  { width, height, step, weight }: Plan,
  nearest: Int32Array,
  distances: Float32Array,
): void {
  distances.fill(Infinity)
  centres.forEach((centre, k) => {
    const [cx, cy] = [centre[0]!, centre[1]!]
    const [x0, x1] = [
      Math.max(0, Math.ceil(cx - step * 1.5)),
      Math.min(width - 1, Math.floor(cx + step * 1.5)),
    ]
    const [y0, y1] = [
      Math.max(0, Math.ceil(cy - step * 1.5)),
      Math.min(height - 1, Math.floor(cy + step * 1.5)),
    ]
    for (let y = y0; y <= y1; y++)
      for (let x = x0, at = y * width + x0; x <= x1; x++, at++) {
        let distance = ((x - cx) ** 2 + (y - cy) ** 2) * weight
        for (let b = 0; b < bands.length; b++) distance += (bands[b]![at]! - centre[b + 2]!) ** 2
        if (distance >= distances[at]!) continue
        distances[at] = distance
        nearest[at] = k
      }
  })
}

/** Move each centre into the middle of its pixels. */
function settle(
  centres: readonly Centre[],
  bands: readonly Float32Array[],
  width: number,
  nearest: Int32Array,
): void {
  const counts = new Float64Array(centres.length)
  const sums = centres.map((centre) => new Float64Array(centre.length))
  for (let at = 0; at < nearest.length; at++) {
    const k = nearest[at]!
    const sum = sums[k]!
    counts[k]!++
    sum[0]! += at % width
    sum[1]! += Math.floor(at / width)
    for (let b = 0; b < bands.length; b++) sum[b + 2]! += bands[b]![at]!
  }
  centres.forEach((centre, k) => {
    if (counts[k]) for (let i = 0; i < centre.length; i++) centre[i] = sums[k]![i]! / counts[k]!
  })
}

/** Number what hangs together anew; crumbs go to the group beside them. */
function joined(nearest: Int32Array, width: number, height: number, least: number): Groups {
  const labels = new Int32Array(nearest.length).fill(-1)
  const boxes: number[] = []
  for (let start = 0; start < nearest.length; start++) {
    if (labels[start]! >= 0) continue
    const own = nearest[start]!
    const fresh = boxes.length / 4
    const piece = [start]
    labels[start] = fresh
    for (let i = 0; i < piece.length; i++) {
      const at = piece[i]!
      const x = at % width
      const visit = (to: number) => {
        if (labels[to]! >= 0 || nearest[to] !== own) return
        labels[to] = fresh
        piece.push(to)
      }
      if (x > 0) visit(at - 1)
      if (x < width - 1) visit(at + 1)
      if (at >= width) visit(at - width)
      if (at < width * (height - 1)) visit(at + width)
    }
    // left of the first pixel, or above it, is a group that was numbered before
    const beside = start % width > 0 ? labels[start - 1]! : start >= width ? labels[start - width]! : -1
    const label = piece.length < least && beside >= 0 ? beside : fresh
    if (label === fresh) boxes.push(width, height, -1, -1)
    for (const at of piece) {
      labels[at] = label
      const [x, y] = [at % width, Math.floor(at / width)]
      boxes[4 * label] = Math.min(boxes[4 * label]!, x)
      boxes[4 * label + 1] = Math.min(boxes[4 * label + 1]!, y)
      boxes[4 * label + 2] = Math.max(boxes[4 * label + 2]!, x)
      boxes[4 * label + 3] = Math.max(boxes[4 * label + 3]!, y)
    }
  }
  return { labels, boxes: Int32Array.from(boxes) }
}
