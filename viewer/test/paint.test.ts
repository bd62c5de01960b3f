import { describe, expect, test } from 'vitest'
import type { LayerTile } from '../src/api/scene'
import { Runs } from '../src/math/runs'
import type { ChangeSet } from '../src/model/change'
import type { Layer, Paint } from '../src/model/paint'
import { type Piece, Region } from '../src/model/region'
import { PaintedTiles } from '../src/raster/painted-tiles'
import { brush } from '../src/tools/brush'
import { eraser } from '../src/tools/eraser'
import { PaintOptions } from '../src/tools/parts/paint'
import { at, drag, FakeContext, FakePainting } from './fake-context'

const PIECE: Piece = { column: 3, row: 2, width: 40, height: 30, factor: 1 }

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

describe('regions', () => {
  test('a stroke covers the pixels whose centre is within its radius', () => {
    const next = random(1)
    for (let k = 0; k < 40; k++) {
      const path = Array.from({ length: 1 + (k % 4) }, () => [next() * 50, next() * 40] as const)
      const radius = 0.5 + next() * 12
      const found = Region.cover(Region.stroke(path, radius, 'round'), PIECE) ?? new Uint8Array(1200)
      for (let y = 0; y < 30; y++)
        for (let x = 0; x < 40; x++) {
          const distances = path.map((a, i) => distance([x + 3.5, y + 2.5], a, path[i + 1] ?? a))
          expect(found[y * 40 + x]).toBe(Math.min(...distances) <= radius ? 1 : 0)
        }
    }
  })

  test('a square of an odd or even number of pixels covers as many', () => {
    for (const [size, place] of [
      [1, 20.5],
      [4, 20],
      [7, 20.5],
    ] as const) {
      const found = Region.cover(Region.stroke([[place, place]], size / 2, 'square'), PIECE)!
      expect(found.reduce((sum, bit) => sum + bit, 0)).toBe(size * size)
    }
  })

  test('a ring covers what its crossings say, a piece at a time', () => {
    const ring = [
      [2.2, 3.1],
      [33.3, 8.7],
      [20.1, 28.9],
      [18.4, 12.2],
    ] as const
    const found = Region.cover(Region.polygon(ring), PIECE)!
    for (let y = 0; y < 30; y++)
      for (let x = 0; x < 40; x++) expect(found[y * 40 + x]).toBe(isInside([x + 3.5, y + 2.5], ring) ? 1 : 0)
  })

  test('cells are what they were made of, also seen in other cells', () => {
    const bits = Uint8Array.from({ length: 12 }, (_, i) => ((i * 7) % 3) & 1)
    const cells = Region.cells(bits, { column: 5, row: 4, width: 4, height: 3, factor: 4 })
    expect(cells).toMatchObject({ offset: [20, 16], size: [4, 3], scale: 4 })
    expect(Runs.decode(12, cells.counts)).toEqual(bits)
    expect(Region.cover(cells, { column: 5, row: 4, width: 4, height: 3, factor: 4 })).toEqual(bits)
    const fine = Region.cover(cells, { column: 20, row: 16, width: 16, height: 12, factor: 1 })!
    for (let i = 0; i < fine.length; i++)
      expect(fine[i]).toBe(bits[Math.floor(i / 16 / 4) * 4 + Math.floor((i % 16) / 4)])
  })

  test('far out a brush is seen where it touches, and erases only what it covers as a whole', () => {
    const dot = Region.stroke([[101.5, 101.5]], 0.5, 'round')
    const far = { column: 0, row: 0, width: 20, height: 20, factor: 16 }
    expect(Region.cover(dot, far)?.[6 * 20 + 6]).toBe(1)
    expect(Region.cover(dot, far, true)).toBeNull()
  })
})

const LAYER = { id: 'cover', dtype: 'uint16', size: [1000, 800] } as unknown as Layer

const paint = (value: number, x: number, y: number, fields: Partial<Paint> = {}): Paint => ({
  op: 'paint',
  layer: 'cover',
  selection: Region.stroke([[x, y]], 2.5, 'square'),
  value,
  only: null,
  locked: [],
  ...fields,
})

const waiting = (client_id: string, ...changes: Paint[]) =>
  ({ client_id, changes, actor: 'me', message: '' }) as unknown as ChangeSet

const commit = (client_id: string, revision: number, ...chunks: string[]) =>
  ({
    client_id,
    revision,
    is_bulk: false,
    chunks: chunks.map((chunk) => ({ layer: 'cover', chunk })),
  }) as never

/** A server that answers when it is told to. */
class SlowServer {
  revision = 1
  entries: Uint16Array | null = null
  readonly asked: ((tile: LayerTile) => void)[] = []
  readonly load = () => new Promise<LayerTile>((resolve) => this.asked.push(resolve))
  answer = async (revision = this.revision, entries = this.entries) => {
    for (const resolve of this.asked.splice(0)) resolve({ revision, entries })
    await Promise.resolve()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

async function opened() {
  const server = new SlowServer()
  const tiles = new PaintedTiles(LAYER, server.load, () => {})
  tiles.get(2, 0, 0)
  await server.answer()
  const value = (x: number, y: number) => tiles.get(2, 0, 0)?.entries?.[y * 256 + x] ?? 0
  return { server, tiles, value }
}

describe('painted tiles', () => {
  test('a stroke is seen at once and stays until the server has it', async () => {
    const { server, tiles, value } = await opened()
    tiles.extend(paint(7, 20.5, 20.5))
    expect(value(20, 20)).toBe(7)
    tiles.seal()
    tiles.follow([waiting('a', paint(7, 20.5, 20.5))])
    expect([value(18, 18), value(22, 22), value(23, 20)]).toEqual([7, 7, 0])
    tiles.take(commit('a', 2, '0/0'))
    tiles.follow([])
    expect(value(20, 20)).toBe(7) // asks anew, shows the old
    await server.answer(1) // an answer from before the commit
    expect(value(20, 20)).toBe(7)
    tiles.expire()
    value(0, 0)
    const stored = new Uint16Array(65536)
    stored[20 * 256 + 20] = 9 // somebody has painted over it meanwhile
    await server.answer(3, stored)
    expect([value(20, 20), value(18, 18)]).toEqual([9, 0])
  })

  test('what is taken back before it was sent is gone, what is locked or painted stays', async () => {
    const { tiles, value } = await opened()
    tiles.follow([waiting('a', paint(1, 20.5, 20.5))])
    const second = waiting('b', paint(2, 22.5, 20.5, { only: [0] }), paint(0, 20.5, 20.5, { locked: [2] }))
    tiles.follow([waiting('a', paint(1, 20.5, 20.5)), second])
    expect([value(20, 20), value(22, 20), value(24, 20)]).toEqual([0, 0, 2])
    tiles.follow([waiting('a', paint(1, 20.5, 20.5))])
    expect([value(20, 20), value(22, 20), value(24, 20)]).toEqual([1, 1, 0])
    tiles.follow([])
    expect(value(20, 20)).toBe(0)
  })

  test('a stroke that is cancelled leaves what was there', async () => {
    const { server, tiles, value } = await opened()
    const stored = new Uint16Array(65536).fill(4)
    tiles.expire()
    tiles.get(2, 0, 0)
    await server.answer(2, stored)
    tiles.extend(paint(7, 20.5, 20.5))
    expect(value(20, 20)).toBe(7)
    tiles.drop()
    expect(value(20, 20)).toBe(4)
    expect(stored.every((entry) => entry === 4)).toBe(true)
  })

  test('nothing is painted beside the raster', async () => {
    const server = new SlowServer()
    const tiles = new PaintedTiles(LAYER, server.load, () => {})
    tiles.get(2, 3, 3)
    await server.answer()
    tiles.extend(paint(7, 1000.5, 800.5))
    const entries = tiles.get(2, 3, 3)!.entries!
    expect(entries.filter((entry) => entry === 7)).toHaveLength(2 * 2)
  })
})

describe('brush', () => {
  const context = () => {
    const made = new FakeContext()
    made.painting = new FakePainting()
    return made
  }

  test('a drag is one stroke, on whole pixels', () => {
    const c = context()
    const gesture = brush.start(c)
    drag(gesture, at(10.2, 10.7), at(20.1, 10.1), at(30.9, 12.2))
    expect(c.painting!.painted).toEqual([
      {
        region: Region.stroke(
          [
            [10, 11],
            [20, 10],
            [31, 12],
          ],
          12,
          'round',
        ),
        isErasing: false,
      },
    ])
  })

  test('Alt, the right button and the eraser take away; Shift goes on straight', () => {
    const c = context()
    const gesture = brush.start(c)
    drag(gesture, at(10, 10, { alt: true }), at(20, 10))
    drag(gesture, at(10, 10, { isRight: true }), at(20, 10))
    drag(eraser.start(c), at(10, 10), at(20, 10))
    expect(c.painting!.painted.map(({ isErasing }) => isErasing)).toEqual([true, true, true])
    drag(gesture, at(90, 90, { shift: true }), at(90, 90, { shift: true }))
    expect(c.painting!.painted.at(-1)!.region).toMatchObject({
      path: [
        [20, 10],
        [90, 90],
      ],
    })
  })

  test('keys and the wheel change the size; Esc takes the stroke back', () => {
    const c = context()
    const gesture = brush.start(c)
    gesture.key?.(']')
    expect(c.painting!.options.size).toBeGreaterThan(24)
    expect(gesture.wheel?.(at(0, 0), 1)).toBe(false)
    expect(gesture.wheel?.(at(0, 0, { shift: true }), -1)).toBe(true)
    expect(c.painting!.options.size).toBeLessThan(27)
    gesture.down?.(at(5, 5))
    expect(gesture.act?.('cancel')).toBe(true)
    gesture.drop?.(at(50, 50))
    expect(c.painting!.painted).toEqual([])
    expect(c.painting!.nCancelled).toBe(1)
  })

  test('sizes have ends, and options are read from anywhere', () => {
    expect(PaintOptions.resized(PaintOptions.DEFAULT, -100).size).toBe(1)
    expect(PaintOptions.resized(PaintOptions.DEFAULT, 100).size).toBe(2000)
    expect(PaintOptions.of({ size: 'x', tip: 'square' })).toEqual({ ...PaintOptions.DEFAULT, tip: 'square' })
    expect(PaintOptions.of(null)).toEqual(PaintOptions.DEFAULT)
  })
})

function distance(
  [x, y]: readonly [number, number],
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): number {
  const [dx, dy] = [bx - ax, by - ay]
  const t = dx || dy ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

function isInside([x, y]: readonly [number, number], ring: readonly (readonly [number, number])[]): boolean {
  let inside = false
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length]!
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  })
  return inside
}
