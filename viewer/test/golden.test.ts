import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Affine } from '../src/math/affine'
import type { Position } from '../src/math/position'
import { Box } from '../src/model/geometry'

/** Small vectors that pytest reads too: what both languages compute must agree. */
function golden<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(resolve(__dirname, '../../tests/golden', `${name}.json`), 'utf8')).cases
}

test.each(golden<{ name: string; box: Box; corners: Position[] }>('geometry_box_corners'))(
  'corners of a box: $name',
  ({ box, corners }) => {
    Box.corners(box).forEach((corner, i) => {
      expect(Math.hypot(corner[0] - corners[i]![0], corner[1] - corners[i]![1])).toBeLessThan(1e-9)
    })
  },
)

type Linked = { name: string; link: Affine & { kind: string }; pixels: Position[]; parents: Position[] }

test.each(golden<Linked>('geometry_pixel_to_parent').filter(({ link }) => link.kind === 'affine'))(
  'pixel to parent and back: $name',
  ({ link, pixels, parents }) => {
    const pixel = Math.sqrt(Math.abs(link.a * link.e - link.b * link.d))
    pixels.forEach((p, i) => {
      const there = Affine.apply(link, p)
      expect(Math.hypot(there[0] - parents[i]![0], there[1] - parents[i]![1]) / pixel).toBeLessThan(1e-6)
      const back = Affine.applyInverse(link, parents[i]!)
      expect(Math.hypot(back[0] - p[0], back[1] - p[1])).toBeLessThan(1e-6)
    })
  },
)
