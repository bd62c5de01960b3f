import type { components } from '../api/schema'
import type { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import { Runs } from '../math/runs'

type Schemas = components['schemas']

type Polygon = Schemas['PolygonSelection']
type Brush = Schemas['BrushSelection']
type Cells = Schemas['RegionSelection']

/** Which native pixels a person means; a pixel is meant when its centre lies inside. As `geo3d.labels.selection`. */
export type Region = Polygon | Brush | Cells | Schemas['RectangleSelection']

/** A piece of a raster that is looked at in square cells of `factor` native pixels. */
export interface Piece {
  /** Of the first cell, in cells. */
  readonly column: number
  readonly row: number
  readonly width: number
  readonly height: number
  readonly factor: number
}

/** Pure functions on regions. */
export const Region = {
  /** Return what lies within a radius (native pixels) of a stroke. */
  stroke(path: readonly Position[], radius: number, tip: Brush['tip']): Brush {
    return { kind: 'brush', path: path.map(([x, y]) => [x, y] as [number, number]), radius, tip }
  },

  /** Return the pixels inside a ring. */
  polygon(ring: readonly Position[]): Polygon {
    return { kind: 'polygon', rings: [ring.map(([x, y]) => [x, y] as [number, number])] }
  },

  /** Return cells of a piece that are not 0. */
  cells(isMeant: Uint8Array, { column, row, width, height, factor }: Piece): Cells {
    return {
      kind: 'region',
      offset: [column * factor, row * factor],
      size: [width, height],
      scale: factor,
      counts: Runs.encode(isMeant),
    }
  },

  /** Return where a region lies, native pixels. */
  bounds(region: Region): Bounds {
    if (region.kind === 'rectangle') return region.bounds as Bounds
    if (region.kind === 'region') {
      const { offset, size, scale } = region
      return [offset[0], offset[1], offset[0] + size[0] * scale, offset[1] + size[1] * scale]
    }
    const places = region.kind === 'brush' ? region.path : region.rings.flat()
    const grow = region.kind === 'brush' ? region.radius : 0
    let [minx, miny, maxx, maxy] = [Infinity, Infinity, -Infinity, -Infinity]
    for (const [x, y] of places) {
      minx = Math.min(minx, x)
      miny = Math.min(miny, y)
      maxx = Math.max(maxx, x)
      maxy = Math.max(maxy, y)
    }
    return [minx - grow, miny - grow, maxx + grow, maxy + grow]
  },

  /**
   * Return which cells of a piece a region covers, one byte per cell; null = none.
   *
   * With cells of one pixel that is exactly what the server selects. Larger cells are a picture of it: a brush covers
   * those that it touches, or, where `isStrict`, those that it covers as a whole.
   */
  cover(region: Region, piece: Piece, isStrict = false): Uint8Array | null {
    if (region.kind === 'brush') return coverStroke(region, piece, isStrict)
    if (region.kind === 'region') return coverCells(region, piece)
    if (region.kind === 'polygon') return coverRings(region.rings, piece)
    const [x0, y0, x1, y1] = region.bounds
    const ring: [number, number][] = [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ]
    return coverRings([ring], piece)
  },
}

function coverStroke({ path, radius, tip }: Brush, piece: Piece, isStrict: boolean): Uint8Array | null {
  const { column, row, width, height, factor } = piece
  const slack = (factor - 1) / 2
  const r = isStrict ? radius - slack : radius + slack
  if (r <= 0) return null
  const near = tip === 'square' ? isInSquare : isInRound
  const out = new Uint8Array(width * height)
  let n = 0
  for (let i = 0; i < Math.max(1, path.length - 1); i++) {
    const [ax, ay] = path[i]!
    const [bx, by] = path[i + 1] ?? path[i]!
    const left = Math.max(0, Math.ceil((Math.min(ax, bx) - r) / factor - 0.5) - column)
    const right = Math.min(width - 1, Math.floor((Math.max(ax, bx) + r) / factor - 0.5) - column)
    const top = Math.max(0, Math.ceil((Math.min(ay, by) - r) / factor - 0.5) - row)
    const bottom = Math.min(height - 1, Math.floor((Math.max(ay, by) + r) / factor - 0.5) - row)
    for (let y = top; y <= bottom; y++)
      for (let x = left, at = y * width + left; x <= right; x++, at++) {
        if (out[at]) continue
        const px = (column + x + 0.5) * factor - ax
        const py = (row + y + 0.5) * factor - ay
        if (near(px, py, bx - ax, by - ay, r)) {
          out[at] = 1
          n++
        }
      }
  }
  return n ? out : null
}

/** Say whether a place is within a radius of the segment from the origin. */
function isInRound(x: number, y: number, dx: number, dy: number, radius: number): boolean {
  const length = dx * dx + dy * dy
  const along = Math.min(1, Math.max(0, (x * dx + y * dy) / (length > 0 ? length : 1)))
  const [fx, fy] = [x - along * dx, y - along * dy]
  return fx * fx + fy * fy <= radius * radius
}

/** Say whether a square of twice the radius, drawn along the segment from the origin, comes over a place. */
function isInSquare(x: number, y: number, dx: number, dy: number, radius: number): boolean {
  let [first, last] = [0, 1]
  for (const [place, step] of [
    [x, dx],
    [y, dy],
  ] as const) {
    if (step === 0) {
      if (Math.abs(place) > radius) return false
      continue
    }
    const [one, other] = [(place - radius) / step, (place + radius) / step]
    first = Math.max(first, Math.min(one, other))
    last = Math.min(last, Math.max(one, other))
  }
  return first <= last
}

const decoded = new WeakMap<Cells, Uint8Array>()

function coverCells(region: Cells, piece: Piece): Uint8Array | null {
  const bits = decoded.get(region) ?? Runs.decode(region.size[0] * region.size[1], region.counts)
  decoded.set(region, bits)
  const { column, row, width, height, factor } = piece
  const out = new Uint8Array(width * height)
  const [cols, rows] = region.size
  let n = 0
  for (let y = 0; y < height; y++) {
    const v = Math.floor(((row + y + 0.5) * factor - region.offset[1]) / region.scale)
    if (v < 0 || v >= rows) continue
    for (let x = 0; x < width; x++) {
      const u = Math.floor(((column + x + 0.5) * factor - region.offset[0]) / region.scale)
      if (u < 0 || u >= cols || !bits[v * cols + u]) continue
      out[y * width + x] = 1
      n++
    }
  }
  return n ? out : null
}

/** The even-odd rule for the centres of cells, rounding as GDAL does. */
function coverRings(rings: Polygon['rings'], piece: Piece): Uint8Array | null {
  const { column, row, width, height, factor } = piece
  const out = new Uint8Array(width * height)
  for (const ring of rings)
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!
      const isDown = ay <= by
      const [x0, y0] = [(isDown ? ax : bx) / factor, (isDown ? ay : by) / factor]
      const [x1, y1] = [(isDown ? bx : ax) / factor, (isDown ? by : ay) / factor]
      const first = Math.max(0, Math.ceil(y0 - 0.5) - row)
      const last = Math.min(height, Math.ceil(y1 - 0.5) - row)
      for (let y = first; y < last; y++) {
        const crossing = ((row + y + 0.5 - y0) * (x1 - x0)) / (y1 - y0) + x0
        const x = Math.max(0, Math.floor(crossing + 0.5) - column)
        if (x < width) out[y * width + x]! ^= 1
      }
    })
  let n = 0
  for (let y = 0; y < height; y++)
    for (let x = 0, at = y * width, isInside = 0; x < width; x++, at++) {
      isInside ^= out[at]!
      out[at] = isInside
      n += isInside
    }
  return n ? out : null
}
