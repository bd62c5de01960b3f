/** Pixels on a side of a cell of the native grid at its highest zoom. */
export const CELL = 256

/**
 * A raster's own pixels as a tile grid: zoom 0 is one cell for the whole raster, each zoom halves the cell, until a cell
 * holds 256 native pixels. Cell (0, 0) starts at the raster's first pixel, y counts downwards.
 *
 * The same numbers as `geo3d.raster.grid.NativeGrid`.
 */
export interface NativeGrid {
  readonly width: number
  readonly height: number
  readonly maxZoom: number
}

/** Makes and reads native grids. */
export const NativeGrid = {
  of(width: number, height: number): NativeGrid {
    const longest = Math.max(width, height)
    // halving is exact in floating point; a logarithm is not
    let maxZoom = 0
    while (longest > CELL * 2 ** maxZoom) maxZoom++
    return { width, height, maxZoom }
  },

  /** Return native pixels per tile pixel at each zoom, from 0 on. */
  factors(grid: NativeGrid): number[] {
    return Array.from({ length: grid.maxZoom + 1 }, (_, z) => 2 ** (grid.maxZoom - z))
  },
}
