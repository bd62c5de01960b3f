import { fetched } from '../api/client'
import type { RasterInfo } from './info'
import type { BandStatistics } from './statistics'

/** What the server says of a raster. */
export interface RasterFacts {
  /** Stands for the content: part of every tile's address. */
  readonly version: string
  readonly info: RasterInfo
}

/** The exact numbers under one native pixel. As `geo3d.raster.pixels.PixelValue`. */
export interface PixelValue {
  readonly col: number
  readonly row: number
  /** One for each band, as stored; words where not finite. */
  readonly values: readonly (number | string)[]
  /** value * scale + offset. */
  readonly physical: readonly (number | string)[]
  /** False where the file says it has no data. */
  readonly valid: boolean
}

/** Ask the tile application about a raster. */
export const RasterSource = {
  async facts(asset: string): Promise<RasterFacts> {
    return (await fetched(`/api/tiles/${encodeURIComponent(asset)}/info`)).json()
  },

  async statistics(asset: string): Promise<readonly BandStatistics[]> {
    const answer = await fetched(`/api/tiles/${encodeURIComponent(asset)}/statistics`)
    return ((await answer.json()) as { bands: readonly BandStatistics[] }).bands
  },

  /** Return the exact numbers under a native position; always from the source. */
  async value(asset: string, col: number, row: number, signal: AbortSignal): Promise<PixelValue> {
    const answer = await fetched(`/api/tiles/${encodeURIComponent(asset)}/value?col=${col}&row=${row}`, {
      signal,
    })
    return answer.json()
  },
}
