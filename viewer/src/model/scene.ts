import type { components } from '../api/schema'
import { Affine } from '../math/affine'
import type { Bounds } from '../math/bounds'
import type { Id } from './id'
import type { Ontology } from './ontology'

type Schemas = components['schemas']

export type Asset = Required<Schemas['Asset']>
export type PixelFrame = Required<Schemas['PixelFrame']>
export type MapFrame = Required<Schemas['MapFrame']>
export type LocalFrame = Required<Schemas['LocalFrame']>
export type Frame = PixelFrame | MapFrame | LocalFrame
export type Scene = Required<Schemas['Scene']>
export type Project = Required<Schemas['Project']> & { readonly ontology: Ontology }

/** Where a raster is shown: in its map frame, or in its own pixels. */
export interface ViewFrame {
  readonly frame: Frame
  /** The raster that decided. */
  readonly asset: Id
  /** The raster's pixels: where they lie in `frame` (null: `frame` is the pixel frame itself). */
  readonly pixel: PixelFrame
  readonly affine: Affine | null
}

/** Pure functions on scenes. */
export const Scene = {
  /** Return a frame by id. */
  frame(scene: Scene, id: string | null): Frame | null {
    return (scene.frames as readonly Frame[]).find((f) => f.id === id) ?? null
  },

  /** Return an asset by id. */
  asset(scene: Scene, id: Id | null): Asset | null {
    return (scene.assets as readonly Asset[]).find((a) => a.id === id) ?? null
  },

  /** Return the rasters in the order of the scene. */
  rasters(scene: Scene): readonly Asset[] {
    return (scene.assets as readonly Asset[]).filter((a) => a.role === 'raster' || a.role === 'photo')
  },

  /**
   * Return the frame in which a raster and the labels over it are shown.
   *
   * Its map frame where it is north-up and has a CRS (pixels may be oblong), else its pixel frame; null where the asset has
   * no frame yet (a file that could not be read).
   */
  viewFrame(scene: Scene, id: Id): ViewFrame | null {
    const pixel = Scene.frame(scene, Scene.asset(scene, id)?.frame ?? null)
    if (pixel?.kind !== 'pixel') return null
    const parent = Scene.frame(scene, pixel.parent)
    if (parent?.kind === 'map' && pixel.link?.kind === 'affine' && Affine.isNorthUp(pixel.link))
      return { frame: parent, asset: id, pixel, affine: pixel.link }
    return { frame: pixel, asset: id, pixel, affine: null }
  },
}

/** Pure functions on assets. */
export const Asset = {
  /** Return what a person calls it: its title, else the name of its file. */
  nameOf(asset: Asset): string {
    return asset.title || decodeURIComponent(asset.href.split(/[\\/]/).at(-1) ?? asset.href)
  },

  /** Return how the team looks at it, as JSON that whoever draws it reads; `rank` orders layers, the lowest first. */
  display(asset: Asset): { readonly rank?: number } | null {
    const display = asset.properties.display
    return typeof display === 'object' && display !== null ? display : null
  },
}

/** Return the bounds of a raster in its view frame. */
export function boundsOfPlace({ pixel, affine }: ViewFrame): Bounds {
  const [width, height] = pixel.size
  if (!affine) return [0, 0, width, height]
  return [affine.c, affine.f + affine.e * height, affine.c + affine.a * width, affine.f]
}
