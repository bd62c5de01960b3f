import Projection from 'ol/proj/Projection'
import TileGrid from 'ol/tilegrid/TileGrid'
import { CELL, NativeGrid } from '../../math/native-grid'
import type { Position } from '../../math/position'
import type { ViewFrame } from '../../model/scene'

/** Where the numbers of a frame stand on OpenLayers' plane, whose y always points up. */
export interface Plane {
  readonly projection: Projection
  readonly isYDown: boolean
}

/** Makes planes and leads between them and frames. */
export const Plane = {
  /** Return the plane of a view frame. Every frame has a projection of its own: nothing is ever reprojected here. */
  of(place: ViewFrame): Plane {
    const isYDown = place.affine === null
    const projection = new Projection({ code: `geo3d:${place.frame.id}`, units: 'pixels', global: false })
    return { projection, isYDown }
  },

  /** Return a frame position on the plane. */
  fromFrame(plane: Plane, p: Position): [number, number] {
    return [p[0], plane.isYDown ? -p[1] : p[1]]
  },

  /** Return the frame position of a place of the plane. */
  toFrame(plane: Plane, [x, y]: readonly number[]): [number, number] {
    return [x!, plane.isYDown ? -y! : y!]
  },

  /** Return the extent of a raster on the plane. */
  extent({ pixel, affine }: ViewFrame): [number, number, number, number] {
    const [width, height] = pixel.size
    if (!affine) return [0, -height, width, 0]
    return [affine.c, affine.f + affine.e * height, affine.c + affine.a * width, affine.f]
  },

  /** Return a raster's native tile grid on the plane. */
  grid(place: ViewFrame): TileGrid {
    const [width, height] = place.pixel.size
    const native = NativeGrid.of(width, height)
    const unit = place.affine?.a ?? 1
    // oblong pixels make oblong tiles: a tile is 256 of them each way
    const tall = place.affine ? -place.affine.e / place.affine.a : 1
    const extent = Plane.extent(place)
    return new TileGrid({
      extent,
      origin: [extent[0], extent[3]],
      resolutions: NativeGrid.factors(native).map((factor) => factor * unit),
      tileSize: [CELL, CELL * tall],
    })
  },

  /** The grid of label tiles: the same numbers as `FrameGrid` in services/geo3d_server/ground.py. */
  labelGrid(): TileGrid {
    const half = 2 ** 26
    return new TileGrid({
      origin: [-half, half],
      resolutions: Array.from({ length: 49 }, (_, z) => (2 * half) / CELL / 2 ** z),
      tileSize: CELL,
    })
  },
}
