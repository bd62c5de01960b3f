import { describe, expect, test } from 'vitest'
import { alike, type Pixels } from '../src/math/flood'
import { slic } from '../src/math/slic'

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

function noise(seed: number, width: number, height: number, nBands: number, hasGaps = false): Pixels {
  const next = random(seed)
  const plane = () => Float32Array.from({ length: width * height }, () => Math.floor(next() * 4) * 10)
  return {
    width,
    height,
    bands: Array.from({ length: nBands }, plane),
    ranges: Array.from({ length: nBands }, () => 40),
    valid: hasGaps ? Uint8Array.from({ length: width * height }, () => (next() < 0.8 ? 1 : 0)) : null,
  }
}

/** Grow from the seed until nothing is added: slow, and plain to see that it is right. */
function bruteForce(pixels: Pixels, seed: number, tolerance: number, neighbours: number): Uint8Array {
  const { width, height, bands, ranges, valid } = pixels
  const isLike = (at: number) =>
    (!valid || (valid[at] === 1 && valid[seed] === 1)) &&
    bands.every((values, b) => (Math.abs(values[at]! - values[seed]!) / ranges[b]!) * 100 <= tolerance + 1e-9)
  const found = new Uint8Array(width * height)
  if (isLike(seed)) found[seed] = 1
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (found[y * width + x] || !isLike(y * width + x)) continue
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            if (neighbours === 4 && dx && dy) continue
            const [u, v] = [x + dx, y + dy]
            if (u < 0 || v < 0 || u >= width || v >= height || !found[v * width + u]) continue
            if (!found[y * width + x]) isGrowing = true
            found[y * width + x] = 1
          }
      }
  }
  return found
}

describe('wand', () => {
  test.each([4, 8] as const)('with %i neighbours it is what brute force finds', (neighbours) => {
    const next = random(neighbours)
    for (let k = 0; k < 60; k++) {
      const pixels = noise(k, 9 + (k % 13), 7 + (k % 5), 1 + (k % 3), k % 2 === 0)
      const seed = Math.floor(next() * pixels.width * pixels.height)
      const tolerance = [0, 25, 50][k % 3]!
      const found = alike(pixels, seed, { tolerance, isContiguous: true, neighbours })
      expect(found).toEqual(bruteForce(pixels, seed, tolerance, neighbours))
    }
  })

  test('elsewhere too, where it need not be joined', () => {
    const pixels = noise(3, 20, 10, 2)
    const found = alike(pixels, 7, { tolerance: 0, isContiguous: false, neighbours: 4 })
    const expected = found.map((_, at) => (pixels.bands.every((values) => values[at] === values[7]) ? 1 : 0))
    expect(found).toEqual(expected)
  })
})

describe('superpixels', () => {
  test.each([1, 2, 3, 4])('every pixel is in a group that hangs together (%i)', (seed) => {
    const { width, height } = { width: 61 + seed * 7, height: 47 }
    const { labels, boxes } = slic(noise(seed, width, height, 3), { step: 8, compactness: 10 })
    const n = boxes.length / 4
    const found = new Set(labels)
    expect([...found].every((label) => label >= 0 && label < n)).toBe(true)
    expect(found.size).toBe(n)
    for (let label = 0; label < n; label++) {
      const own = labels.map((other) => (other === label ? 1 : 0))
      const plane = Float32Array.from(own)
      const pixels: Pixels = { width, height, bands: [plane], ranges: [1], valid: null }
      const joined = alike(pixels, own.indexOf(1), { tolerance: 0, isContiguous: true, neighbours: 4 })
      expect(joined).toEqual(Uint8Array.from(own))
      const places = [...own.keys()].filter((at) => own[at])
      const [columns, rows] = [places.map((at) => at % width), places.map((at) => Math.floor(at / width))]
      expect([...boxes.subarray(4 * label, 4 * label + 4)]).toEqual([
        Math.min(...columns),
        Math.min(...rows),
        Math.max(...columns),
        Math.max(...rows),
      ])
    }
  })

  test('a strong edge is a border of groups', () => {
    const [width, height] = [60, 40]
    const plane = Float32Array.from({ length: width * height }, (_, at) => (at % width < 27 ? 0 : 255))
    const pixels: Pixels = { width, height, bands: [plane], ranges: [255], valid: null }
    const { labels } = slic(pixels, { step: 10, compactness: 5 })
    for (let y = 0; y < height; y++) expect(labels[y * width + 26]).not.toBe(labels[y * width + 27])
  })
})
