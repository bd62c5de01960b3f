import type { Id } from '../model/id'
import type { ViewFrame } from '../model/scene'
import type { RasterInfo } from './info'
import type { Look } from './look'
import type { Range } from './style'

/** A raster as a view shows it. */
export interface RasterPicture extends Look {
  /** Tells the pictures of a view apart: the same raster may be there in two looks. */
  readonly key: string
  readonly asset: Id
  /** Changes when the file's pixels do: part of every tile's address. */
  readonly version: string
  readonly info: RasterInfo
  /** Where its pixels lie in the view frame. */
  readonly place: ViewFrame
  /** (dark, bright) of each shown channel: the style's, or what suits the values. */
  readonly ranges: readonly Range[]
  /** Values go to the GPU where that is possible; false = the server draws. */
  readonly isRaw: boolean
  /** Which side of a swiped view it is seen on. */
  readonly side: 'both' | 'left' | 'right'
}
