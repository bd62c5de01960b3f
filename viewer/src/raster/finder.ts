import { fetched } from '../api/client'
import { tileUrl } from '../api/tile'
import type { Bounds } from '../math/bounds'
import type { Likeness, Pixels } from '../math/flood'
import { CELL, NativeGrid } from '../math/native-grid'
import type { Grouping, Groups } from '../math/slic'
import type { Piece } from '../model/region'
import type { Asked } from './finder.worker'
import { RasterInfo } from './info'
import type { RasterPicture } from './picture'
import { RawTile } from './raw-tile'
import { TileCache } from './tile-cache'

/** Pixels that the wand looks at, at most: beyond, four are one. */
const MOST_PIXELS = 4 << 20
const MOST_BANDS = 8
const CACHE_BYTES = 96 << 20

interface Held {
  readonly key: string
  readonly piece: Piece
}

/** What was found, in cells of a piece of the raster. */
export interface Found {
  readonly piece: Piece
  readonly bits: Uint8Array
}

/** Finds pixels that look alike in the raw bands of a raster, in a worker: the hand does not wait. */
export class Finder {
  readonly #worker = new Worker(new URL('./finder.worker.ts', import.meta.url), { type: 'module' })
  readonly #tiles = new TileCache<{ readonly tile: RawTile; readonly byteLength: number }>(CACHE_BYTES)
  readonly #waiting = new Map<number, (answer: never) => void>()
  #held: Promise<Held | null> | null = null
  #key = ''
  #id = 0

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<{ readonly id: number }>) => {
      this.#waiting.get(data.id)?.(data as never)
      this.#waiting.delete(data.id)
    }
  }

  /**
   * Return the pixels of a part of a raster that are like the one at a native place; null where that is outside.
   *
   * @param sight the part, native pixels
   */
  async alike(
    picture: RasterPicture,
    sight: Bounds,
    place: readonly [number, number],
    how: Likeness,
  ): Promise<Found | null> {
    const piece = pieceOf(picture, sight, (n) => n > MOST_PIXELS)
    const held = piece && (await this.#look(picture, piece))
    if (!held) return null
    const x = Math.floor(place[0] / piece.factor) - piece.column
    const y = Math.floor(place[1] / piece.factor) - piece.row
    if (x < 0 || y < 0 || x >= piece.width || y >= piece.height) return null
    const id = ++this.#id
    const { bits } = await this.#ask<{ bits: Uint8Array }>({
      kind: 'alike',
      id,
      seed: y * piece.width + x,
      how,
    })
    return { piece, bits }
  }

  /** Return the groups of a part of a raster, in cells of about a screen pixel. */
  async groups(
    picture: RasterPicture,
    sight: Bounds,
    perPixel: number,
    how: Grouping,
  ): Promise<(Groups & { readonly piece: Piece }) | null> {
    const piece = pieceOf(picture, sight, (n, factor) => factor * 2 <= perPixel || n > MOST_PIXELS / 2)
    const held = piece && (await this.#look(picture, piece))
    if (!held) return null
    const id = ++this.#id
    // so many native pixels as the person asked for, in cells
    const step = Math.max(4, how.step / piece.factor)
    const groups = await this.#ask<Groups>({ kind: 'groups', id, how: { ...how, step } })
    return { ...groups, piece }
  }

  close(): void {
    this.#worker.terminate()
    this.#waiting.clear()
  }

  #ask<T>(asked: Asked & { readonly id: number }): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.set(asked.id, resolve)
      this.#worker.postMessage(asked)
    })
  }

  /** Give the worker the pixels of a piece, unless it has them. */
  #look(picture: RasterPicture, piece: Piece): Promise<Held | null> {
    const key = `${picture.asset} ${picture.version} ${Object.values(piece).join()}`
    if (this.#held && this.#key === key) return this.#held
    this.#key = key
    this.#held = this.#read(picture, piece).then((pixels) => {
      if (this.#key !== key) return null
      this.#worker.postMessage({ kind: 'pixels', pixels } satisfies Asked)
      return { key, piece }
    })
    this.#held.catch(() => {
      if (this.#key === key) this.#key = ''
    })
    return this.#held
  }

  async #read(picture: RasterPicture, piece: Piece): Promise<Pixels> {
    const { info } = picture
    const grid = NativeGrid.of(info.width, info.height)
    const z = grid.maxZoom - Math.log2(piece.factor)
    const numbers = RasterInfo.valueBands(info)
      .slice(0, MOST_BANDS)
      .map(({ index }) => index)
    const n = piece.width * piece.height
    const bands = numbers.map(() => new Float32Array(n))
    const valid = new Uint8Array(n)
    const jobs: Promise<void>[] = []
    const lastX = Math.floor((piece.column + piece.width - 1) / CELL)
    const lastY = Math.floor((piece.row + piece.height - 1) / CELL)
    for (let ty = Math.floor(piece.row / CELL); ty <= lastY; ty++)
      for (let tx = Math.floor(piece.column / CELL); tx <= lastX; tx++)
        jobs.push(
          this.#tile(picture, [z, tx, ty], numbers).then((tile) => copy(tile, piece, [tx, ty], bands, valid)),
        )
    await Promise.all(jobs)
    const ranges = numbers.map((number, b) =>
      info.bands[number - 1]?.dtype === 'uint8' ? 255 : rangeOf(bands[b]!, valid),
    )
    return { width: piece.width, height: piece.height, bands, ranges, valid }
  }

  async #tile(picture: RasterPicture, coord: readonly number[], bands: readonly number[]): Promise<RawTile> {
    const query = bands.length === picture.info.bands.length ? '' : `bands=${bands.join(',')}`
    const url = tileUrl(picture.asset, picture.version, coord, 'raw', query)
    const held = await this.#tiles.get(url, async () => {
      const tile = RawTile.parse(await (await fetched(url)).arrayBuffer())
      return { tile, byteLength: tile.values.byteLength }
    })
    return held.tile
  }
}

/** Return the part of a raster in cells: as fine as may be. */
function pieceOf(
  { info }: RasterPicture,
  [left, top, right, bottom]: Bounds,
  isTooFine: (nPixels: number, factor: number) => boolean,
): Piece | null {
  const { maxZoom } = NativeGrid.of(info.width, info.height)
  const [x0, y0] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))]
  const [x1, y1] = [Math.min(info.width, Math.ceil(right)), Math.min(info.height, Math.ceil(bottom))]
  if (x0 >= x1 || y0 >= y1) return null
  let factor = 1
  while (factor < 2 ** maxZoom && isTooFine(((x1 - x0) / factor) * ((y1 - y0) / factor), factor)) factor *= 2
  const [column, row] = [Math.floor(x0 / factor), Math.floor(y0 / factor)]
  return {
    column,
    row,
    width: Math.ceil(x1 / factor) - column,
    height: Math.ceil(y1 / factor) - row,
    factor,
  }
}

/** Copy what a tile has of a piece. */
function copy(
  tile: RawTile,
  piece: Piece,
  [tx, ty]: readonly [number, number],
  bands: readonly Float32Array[],
  valid: Uint8Array,
): void {
  const n = tile.width * tile.height
  const [left, top] = [tx * CELL - piece.column, ty * CELL - piece.row]
  const lastY = Math.min(tile.height, piece.height - top)
  const lastX = Math.min(tile.width, piece.width - left)
  for (let y = Math.max(0, -top); y < lastY; y++)
    for (let x = Math.max(0, -left); x < lastX; x++) {
      const [from, to] = [y * tile.width + x, (top + y) * piece.width + left + x]
      valid[to] = tile.valid ? tile.valid[from]! : 1
      for (let b = 0; b < bands.length; b++) bands[b]![to] = Number(tile.values[b * n + from])
    }
}

function rangeOf(values: Float32Array, valid: Uint8Array): number {
  let [least, most] = [Infinity, -Infinity]
  values.forEach((value, i) => {
    if (!valid[i] || !Number.isFinite(value)) return
    least = Math.min(least, value)
    most = Math.max(most, value)
  })
  return most > least ? most - least : 1
}
