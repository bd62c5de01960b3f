import { fetched } from '../../api/client'
import { tileUrl } from '../../api/tile'
import { Affine } from '../../math/affine'
import type { Bounds } from '../../math/bounds'
import { NativeGrid } from '../../math/native-grid'
import { Cell } from '../../model/cell'
import type { Geometry } from '../../model/geometry'
import { boundsOfPlace, type ViewFrame } from '../../model/scene'
import { RawTile } from '../../raster/raw-tile'
import type { Shelved } from '../../raster/shelf'
import { isMeeting } from '../../shapes/meets'

/** Which part of a raster is to be worked through. */
export type Extent = 'all' | 'valid' | 'chosen'

/** A grid that a person asks for. */
export interface GridPlan {
  /** Width and height of a cell. */
  readonly size: number
  /** Pixels of the raster, or units of the view frame. */
  readonly unit: 'pixel' | 'frame'
  readonly extent: Extent
}

/** Cells that a scene may have: each is a document, and is painted. */
export const MOST_CELLS = 10_000

/** Return how many (columns, rows) cover the raster. */
export function shapeOfPlan(place: ViewFrame, plan: GridPlan): readonly [number, number] {
  return Cell.shape(boundsOfPlace(place), cellSize(place, plan))
}

/**
 * Return the cells of a plan, in the view frame.
 *
 * @param shelved the raster that is covered
 * @param chosen areas of which a cell must meet one, where the plan says so
 */
export async function cellsOfPlan(
  place: ViewFrame,
  plan: GridPlan,
  shelved: Shelved,
  chosen: readonly Geometry[],
): Promise<readonly Bounds[]> {
  const all = Cell.cover(boundsOfPlace(place), cellSize(place, plan), place.affine === null)
  if (plan.extent === 'chosen')
    return all.filter((cell) => chosen.some((area) => isMeeting(area, ringOf(cell))))
  if (plan.extent === 'all' || !shelved.facts) return all
  const address = tileUrl(place.asset, shelved.facts.version, [0, 0, 0], 'raw')
  const tile = RawTile.parse(await (await fetched(address)).arrayBuffer())
  return all.filter((cell) => isValidIn(tile, place, cell))
}

function cellSize(place: ViewFrame, { size, unit }: GridPlan): readonly [number, number] {
  const { affine } = place
  return unit === 'pixel' && affine ? [size * affine.a, size * -affine.e] : [size, size]
}

/** Say whether the picture of the whole raster has data in a cell. */
function isValidIn(tile: RawTile, place: ViewFrame, [minx, miny, maxx, maxy]: Bounds): boolean {
  const { valid } = tile
  if (!valid) return true
  const [width, height] = place.pixel.size
  const factor = NativeGrid.factors(NativeGrid.of(width, height))[0]!
  const pixelOf = (x: number, y: number) =>
    place.affine ? Affine.applyInverse(place.affine, [x, y]) : [x, y]
  const [a, b] = [pixelOf(minx, miny), pixelOf(maxx, maxy)]
  const span = (p: number, q: number, n: number) =>
    [
      Math.max(0, Math.floor(Math.min(p, q) / factor)),
      Math.min(n, Math.ceil(Math.max(p, q) / factor)),
    ] as const
  const [left, right] = span(a[0]!, b[0]!, tile.width)
  const [top, bottom] = span(a[1]!, b[1]!, tile.height)
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) if (valid[row * tile.width + column]) return true
  return false
}

function ringOf([minx, miny, maxx, maxy]: Bounds) {
  return [
    [minx, miny],
    [maxx, miny],
    [maxx, maxy],
    [minx, maxy],
  ] as const
}
