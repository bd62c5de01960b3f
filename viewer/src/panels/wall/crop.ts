import { BASE } from '../../api/client'
import { Affine } from '../../math/affine'
import { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import type { ViewFrame } from '../../model/scene'
import type { RasterPicture } from '../../raster/picture'
import { RasterStyle } from '../../raster/style'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'

/** A square of native pixels of a raster. */
export interface Crop {
  /** Of its first pixel; may be negative, where an object lies at the raster's border. */
  readonly column: number
  readonly row: number
  /** Pixels on a side. */
  readonly side: number
}

/** Pixels on a side in which the server draws crops. */
const SIZES = [64, 128, 256, 512] as const
/** Native pixels on a side that are shown at least: a point has no size of its own. */
const LEAST_SIDE = 24
/** Radius of a point's mark, as a part of the crop that it would have alone. */
const MARK = 0.08

/** Makes crops, and what is drawn over them. Positions are native pixels of the raster: columns, rows. */
export const Crop = {
  /**
   * Return the square around an object.
   *
   * @param margin what is to be seen around it on each side, as a part of its larger extent
   */
  around(bounds: Bounds, margin: number): Crop {
    const [width, height] = Bounds.size(bounds)
    const side = Math.max(LEAST_SIDE, Math.ceil(Math.max(width, height) * (1 + 2 * margin)))
    const [x, y] = Bounds.center(bounds)
    return { column: Math.floor(x - side / 2), row: Math.floor(y - side / 2), side }
  },

  /** Return the address of a crop in the style that the map has, for a picture of so many screen pixels. */
  url(picture: RasterPicture, { column, row, side }: Crop, pixels: number): string {
    const query = new URLSearchParams(RasterStyle.query({ ...picture.style, range: picture.ranges }))
    query.set('size', String(SIZES.find((size) => size >= pixels) ?? SIZES.at(-1)))
    const place = [picture.asset, picture.version].map(encodeURIComponent).join('/')
    return `${BASE}/api/tiles/${place}/crop/${column}/${row}/${side}.webp?${query}`
  },

  /** Return where a geometry of the view frame lies, null where it has no vertices. */
  boundsOf(geometry: Geometry, place: ViewFrame): Bounds | null {
    return Bounds.of(
      shapeOf(geometry)
        .chains(geometry)
        .flatMap((chain) => chain.path.map((p) => pixelOf(p, place))),
    )
  },

  /** Return the outline of a geometry of the view frame as SVG path data. */
  outline(geometry: Geometry, place: ViewFrame): string {
    return shapeOf(geometry)
      .chains(geometry)
      .map((chain) => {
        const path = chain.path.map((p) => pixelOf(p, place).map((v) => Number(v.toFixed(2))))
        const r = LEAST_SIDE * MARK
        if (chain.role === 'points')
          return path
            .map(([x, y]) => `M${x! - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`)
            .join('')
        return `M${path.map(([x, y]) => `${x} ${y}`).join('L')}${isClosed(chain) ? 'z' : ''}`
      })
      .join('')
  },
}

function pixelOf(p: Position, { affine }: ViewFrame): readonly [number, number] {
  return affine ? Affine.applyInverse(affine, p) : [p[0], p[1]]
}
