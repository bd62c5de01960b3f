import type { Position } from '../../math/position'
import type { Region } from '../../model/region'

/** How pixels are painted; every tool reads what concerns it. */
export interface PaintOptions {
  /** Diameter of the brush, native pixels. */
  readonly size: number
  readonly tip: 'round' | 'square'
  /** Paint only pixels that have no class yet. */
  readonly isOnlyUnlabelled: boolean
}

/** Native pixels that a brush may be wide. */
export const BRUSH = { least: 1, most: 2000 } as const

/** Makes options, and reads them from where they were kept. */
export const PaintOptions = {
  DEFAULT: { size: 24, tip: 'round', isOnlyUnlabelled: false } as PaintOptions,

  /** Return the options with a wider or narrower brush: by a pixel while it is narrow, then by a sixth. */
  resized(options: PaintOptions, steps: number): PaintOptions {
    let { size } = options
    for (let i = 0; i < Math.abs(steps); i++) {
      const step = Math.max(1, Math.round(size / 7))
      size = steps > 0 ? size + step : size - Math.max(1, Math.round(size / 8))
    }
    return { ...options, size: Math.min(BRUSH.most, Math.max(BRUSH.least, size)) }
  },

  /** Return the options that a value of unknown origin stands for; what does not fit is as by default. */
  of(value: unknown): PaintOptions {
    const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    const { DEFAULT } = PaintOptions
    const number = (name: 'size', least: number, most: number) => {
      const found = given[name]
      return typeof found === 'number' && found >= least && found <= most ? found : DEFAULT[name]
    }
    return {
      size: Math.round(number('size', BRUSH.least, BRUSH.most)),
      tip: given.tip === 'square' ? 'square' : 'round',
      isOnlyUnlabelled: given.isOnlyUnlabelled === true,
    }
  },
}

/** What tools that paint pixels know of the raster under them. */
export interface PaintDesk {
  readonly options: PaintOptions
  /** Change options. */
  set(options: PaintOptions): void
  /** Return where a position of the view frame lies in the raster, native pixels. */
  pixelOf(position: Position): Position
  /** Return where a native position lies in the view frame. */
  placeOf(pixel: Position): Position
  /** Say whether the person can paint now, and tell them where they cannot. */
  begin(isErasing: boolean): boolean
  /** Show more of what is being painted. */
  extend(region: Region, isErasing: boolean): void
  /** Paint for good: one undo step. What was shown of it is its picture until it is stored. */
  finish(region: Region, isErasing: boolean): void
  /** Forget what was shown. */
  cancel(): void
}
