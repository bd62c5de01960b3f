import type { RasterInfo } from './info'

/** (dark, bright) values of one shown band. */
export type Range = readonly [number, number]

/** Ways to find dark and bright; `auto` is what suits the raster. */
export type StretchRule = 'auto' | 'full' | 'minmax' | 'percentile' | 'sigma'

/** How dark and bright are found where a style does not name them. */
export interface Stretch {
  readonly rule: StretchRule
  /** Of `percentile`: share of the pixels below dark and above bright, one of `PERCENTS`. */
  readonly percent: number
  /** Of `sigma`: mean minus and plus this many standard deviations. */
  readonly sigmas: number
  /** Whose values count: those of the whole raster, or those in sight, anew whenever the view comes to rest. */
  readonly scope: 'file' | 'view'
}

/** Light and shade of heights. */
export interface Shade {
  /** Where the light comes from, degrees clockwise from the top. */
  readonly azimuth: number
  /** Height of the light above the horizon, degrees, above 0 to 90. */
  readonly altitude: number
  /** Exaggeration, or metres per unit of the heights. */
  readonly zFactor: number
}

/** How a raster is drawn. A subset of `geo3d.raster.style.Style`: its fields are query parameters of rendered tiles. */
export interface RasterStyle {
  /** One band or three, 1-based; ignored where there is an expression. */
  readonly bands: readonly number[]
  readonly expression: string | null
  /** One for each shown band; empty = as `stretch` finds them. */
  readonly range: readonly Range[]
  readonly stretch: Stretch
  /** Above 1 brightens the middle. */
  readonly gamma: number
  /** Above 1 drives brightness away from the middle, 0.25 to 4. */
  readonly contrast: number
  /** Added to brightness, -1 to 1. */
  readonly brightness: number
  /** Name of a colour ramp for one value; null = gray. */
  readonly colormap: string | null
  /** Of one value; null = none. With a colour ramp its colours are shaded, else only light is drawn. */
  readonly shade: Shade | null
}

const STRETCH: Stretch = { rule: 'auto', percent: 2, sigmas: 2, scope: 'file' }
const PLAIN: RasterStyle = {
  bands: [],
  expression: null,
  range: [],
  stretch: STRETCH,
  gamma: 1,
  contrast: 1,
  brightness: 0,
  colormap: null,
  shade: null,
}

/** Makes styles and turns them into queries. */
export const RasterStyle = {
  /** Nothing is known of the raster yet. */
  UNKNOWN: PLAIN,

  /** The light of every map: from the upper left. */
  LIGHT: { azimuth: 315, altitude: 45, zFactor: 1 } satisfies Shade,

  /** Return the picture that a raster is first shown as. */
  first(info: RasterInfo): RasterStyle {
    return { ...PLAIN, bands: info.rgb }
  },

  /** Return a style that was kept as JSON; null where it does not fit the raster (any more). */
  read(kept: unknown, info: RasterInfo): RasterStyle | null {
    if (typeof kept !== 'object' || kept === null) return null
    const given = kept as Partial<RasterStyle>
    const style = { ...PLAIN, ...given, stretch: { ...STRETCH, ...given.stretch } }
    const { bands, expression, gamma, contrast, brightness, range } = style
    const areBands = Array.isArray(bands) && bands.every((band) => band >= 1 && band <= info.bands.length)
    const areRanges = Array.isArray(range) && range.flat().every(Number.isFinite)
    const areNumbers = [gamma, contrast, brightness].every(Number.isFinite)
    const isWhole = expression === null ? bands.length === 1 || bands.length === 3 : true
    return areBands && areRanges && areNumbers && isWhole ? style : null
  },

  /** Return the query of a rendered tile; what is the server's default is left out. */
  query(style: RasterStyle): string {
    const query = new URLSearchParams()
    const { stretch, shade } = style
    if (style.expression) query.set('expression', style.expression)
    else if (style.bands.length) query.set('bands', style.bands.join(','))
    if (style.range.length) query.set('range', style.range.map((pair) => pair.join(',')).join(';'))
    else if (stretch.rule !== 'auto') {
      query.set('stretch', stretch.rule === 'full' ? 'none' : stretch.rule)
      if (stretch.rule === 'percentile')
        query.set('percentiles', `${stretch.percent},${100 - stretch.percent}`)
      if (stretch.rule === 'sigma') query.set('sigmas', String(stretch.sigmas))
    }
    for (const name of ['gamma', 'contrast', 'brightness'] as const)
      if (style[name] !== PLAIN[name]) query.set(name, String(style[name]))
    if (style.colormap && isSingle(style)) query.set('colormap', style.colormap)
    if (shade && isSingle(style)) {
      query.set('hillshade', 'true')
      query.set('azimuth', String(shade.azimuth))
      query.set('altitude', String(shade.altitude))
      query.set('z_factor', String(shade.zFactor))
    }
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
