/** One band: what its numbers mean. As `geo3d.raster.band.Band`. */
export interface Band {
  /** 1-based. */
  readonly index: number
  readonly name: string
  /** numpy name: `uint8` .. `float64`. */
  readonly dtype: string
  readonly nodata: number | string | null
  readonly scale: number
  readonly offset: number
  readonly unit: string | null
  readonly color: string
  readonly wavelength_nm: number | null
  readonly description: string | null
}

/** A picture worth offering. */
export interface Preset {
  readonly name: string
  readonly title: string
  /** Three bands or one; empty when there is an expression. */
  readonly bands: readonly number[]
  readonly expression: string | null
}

export interface RasterProblem {
  readonly reason: string
  readonly message: string
  readonly severity: 'note' | 'warning' | 'error'
}

/** What is known about a raster beside its pixels. As `geo3d.raster.info.RasterInfo`. */
export interface RasterInfo {
  readonly driver: string
  readonly width: number
  readonly height: number
  readonly bands: readonly Band[]
  readonly dtype: string
  readonly crs: string | null
  /** Outline in longitude and latitude; null = unknown or not on Earth. */
  readonly footprint: readonly (readonly (readonly [number, number])[])[] | null
  readonly alpha: number | null
  readonly mask: 'none' | 'nodata' | 'alpha' | 'mask' | 'nan'
  readonly palette: readonly (readonly [number, number, number, number])[] | null
  readonly problems: readonly RasterProblem[]
  /** Bands of the first picture: three, or one. */
  readonly rgb: readonly number[]
  readonly presets: readonly Preset[]
  readonly captured: string | null
}

/** Pure functions on raster descriptions. */
export const RasterInfo = {
  /** Return the name of a band. */
  nameOf(info: RasterInfo, index: number): string {
    return info.bands[index - 1]?.name ?? `b${index}`
  },

  /** Say whether bytes of these bands are likely brightness: not in a stack of many bands that nobody called colours. */
  isPhoto(info: RasterInfo, bands: readonly number[]): boolean {
    const colors = new Set(info.bands.map((band) => band.color))
    const isColored = ['red', 'green', 'blue'].every((color) => colors.has(color))
    return bands.every((b) => info.bands[b - 1]?.dtype === 'uint8') && (info.bands.length <= 4 || isColored)
  },

  /** Return the bands that carry values: all but alpha. */
  valueBands(info: RasterInfo): readonly Band[] {
    return info.bands.filter((band) => band.index !== info.alpha)
  },
}
