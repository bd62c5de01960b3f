import type { RasterInfo } from './info'
import { RasterStyle } from './style'

/** How a layer meets those under it; names as in CSS. */
export type Blend = 'normal' | 'multiply' | 'screen' | 'overlay' | 'darken' | 'lighten' | 'difference'

export const BLENDS: readonly Blend[] = [
  'normal',
  'multiply',
  'screen',
  'overlay',
  'darken',
  'lighten',
  'difference',
]

/** One way of looking at a raster: its style, and how it lies over others. What is kept, and shared with the team. */
export interface Look {
  readonly style: RasterStyle
  /** 0 to 1 */
  readonly opacity: number
  readonly blend: Blend
  readonly isVisible: boolean
}

/** Makes looks and reads those that were kept. */
export const Look = {
  /** Nothing is known of the raster yet. */
  UNKNOWN: { style: RasterStyle.UNKNOWN, opacity: 1, blend: 'normal', isVisible: true } satisfies Look,

  /** Return how a raster is first looked at. */
  first(info: RasterInfo): Look {
    return { ...Look.UNKNOWN, style: RasterStyle.first(info) }
  },

  /** Return a look that was kept as JSON; null where it does not fit the raster (any more). */
  read(kept: unknown, info: RasterInfo): Look | null {
    if (typeof kept !== 'object' || kept === null) return null
    const { style, opacity, blend, isVisible } = kept as Partial<Look>
    const read = RasterStyle.read(style, info)
    if (!read) return null
    return {
      style: read,
      opacity: typeof opacity === 'number' && opacity >= 0 && opacity <= 1 ? opacity : 1,
      blend: BLENDS.find((name) => name === blend) ?? 'normal',
      isVisible: isVisible !== false,
    }
  },
}
