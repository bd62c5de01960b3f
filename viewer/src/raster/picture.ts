import type { Id } from '../model/id'
import type { ViewFrame } from '../model/scene'
import type { RasterInfo } from './info'
import type { Range, RasterStyle } from './style'

/** A raster as a view shows it. */
export interface RasterPicture {
  readonly asset: Id
  /** Changes when the file's pixels do: part of every tile's address. */
  readonly version: string
  readonly info: RasterInfo
  /** Where its pixels lie in the view frame. */
  readonly place: ViewFrame
  readonly style: RasterStyle
  /** (dark, bright) of each shown channel: the style's, or what suits the values. */
  readonly ranges: readonly Range[]
  readonly opacity: number
  readonly isVisible: boolean
  /** Values go to the GPU where that is possible; false = the server draws. */
  readonly isRaw: boolean
}
