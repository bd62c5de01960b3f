import type { RasterInfo } from './info'

/** (dark, bright) values of one shown band. */
export type Range = readonly [number, number]

/** How a raster is drawn. A subset of `geo3d.raster.style.Style`: its fields are query parameters of rendered tiles. */
export interface RasterStyle {
  /** One band or three, 1-based; ignored where there is an expression. */
  readonly bands: readonly number[]
  readonly expression: string | null
  /** One for each shown band; empty = the server's choice. */
  readonly range: readonly Range[]
  /** Above 1 brightens the middle. */
  readonly gamma: number
  /** Name of a colour ramp for one value; null = gray. */
  readonly colormap: string | null
}

/** Makes styles and turns them into queries. */
export const RasterStyle = {
  /** Return the picture that a raster is first shown as. */
  first(info: RasterInfo): RasterStyle {
    return { bands: info.rgb, expression: null, range: [], gamma: 1, colormap: null }
  },

  /** Return the query of a rendered tile; what is the server's default is left out. */
  query(style: RasterStyle): string {
    const query = new URLSearchParams()
    if (style.expression) query.set('expression', style.expression)
    else if (style.bands.length) query.set('bands', style.bands.join(','))
    if (style.range.length) query.set('range', style.range.map((pair) => pair.join(',')).join(';'))
    if (style.gamma !== 1) query.set('gamma', String(style.gamma))
    if (style.colormap && isSingle(style)) query.set('colormap', style.colormap)
    return query.toString()
  },

  /** Say whether one value becomes a colour (else three). */
  isSingle,

  /** Return what a person reads about it: `B4 B3 B2`, `NDVI`. */
  titleOf(style: RasterStyle, info: RasterInfo): string {
    if (style.expression)
      return info.presets.find((preset) => preset.expression === style.expression)?.title ?? style.expression
    return style.bands.map((index) => info.bands[index - 1]?.name ?? `b${index}`).join(' ')
  },
}

function isSingle(style: RasterStyle): boolean {
  return style.expression !== null || style.bands.length === 1
}
