import type { Position } from '../../math/position'
import type { Region } from '../../model/region'
import type { Stencil } from '../tool'

/** How pixels are painted; every tool reads what concerns it. */
export interface PaintOptions {
  /** Diameter of the brush, native pixels. */
  readonly size: number
  readonly tip: 'round' | 'square'
  /** Paint only pixels that have no class yet. */
  readonly isOnlyUnlabelled: boolean
  /** Of the wand: largest difference of any band, per cent of its range. */
  readonly tolerance: number
  /** Of the wand: only pixels that are joined to the first one. */
  readonly isContiguous: boolean
  /** Of the wand: 8 = pixels that meet at a corner are joined too. */
  readonly neighbours: 4 | 8
  /** Of superpixels: native pixels on a side, about. */
  readonly patch: number
  /** Of superpixels: 1 follows every edge, 40 makes squares. */
  readonly compactness: number
}

/** Native pixels that a brush may be wide. */
export const BRUSH = { least: 1, most: 2000 } as const

/** Makes options, and reads them from where they were kept. */
export const PaintOptions = {
  DEFAULT: {
    size: 24,
    tip: 'round',
    isOnlyUnlabelled: false,
    tolerance: 8,
    isContiguous: true,
    neighbours: 4,
    patch: 32,
    compactness: 10,
  } as PaintOptions,

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
    const number = (name: 'size' | 'tolerance' | 'patch' | 'compactness', least: number, most: number) => {
      const found = given[name]
      return typeof found === 'number' && found >= least && found <= most ? found : DEFAULT[name]
    }
    return {
      size: Math.round(number('size', BRUSH.least, BRUSH.most)),
      tip: given.tip === 'square' ? 'square' : 'round',
      isOnlyUnlabelled: given.isOnlyUnlabelled === true,
      tolerance: number('tolerance', 0, 100),
      isContiguous: given.isContiguous !== false,
      neighbours: given.neighbours === 8 ? 8 : 4,
      patch: Math.round(number('patch', 8, 400)),
      compactness: number('compactness', 1, 40),
    }
  },
}

/** Groups of pixels that look alike, in sight. */
export interface PixelGroups {
  /** The borders of all. */
  readonly outlines: Stencil
  /** Say whether they are those of what is in sight now, as the options want them. */
  isCurrent(): boolean
  /** Return the group at a native place; -1 = none. */
  at(pixel: Position): number
  /** Return a group as a picture. */
  stencil(group: number): Stencil
  /** Return the pixels of groups. */
  region(groups: readonly number[]): Region
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
  /** Forget what was shown, and go on. */
  clear(): void
  /** Return the pixels in sight that are like the one at a native place, by the options; null = there are none. */
  alike(pixel: Position, tolerance: number): Promise<Region | null>
  /** Return groups of the pixels in sight; null = there are none. */
  groups(): Promise<PixelGroups | null>
  /** Forget what was shown, and end. */
  cancel(): void
}
