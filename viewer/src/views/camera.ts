import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'

/** How a plane is looked at: never turned, both axes alike. */
export interface Camera {
  /** Position in the middle of the view. */
  readonly center: readonly [number, number]
  /** Units of the frame per CSS pixel. */
  readonly unitsPerPixel: number
  /** Width and height of the view in CSS pixels. */
  readonly size: readonly [number, number]
  /** True in pixel frames: y is shown downwards. */
  readonly isYDown: boolean
}

/** Pure functions on cameras. Differences to the centre are formed first, so that millimetres of UTM survive. */
export const Camera = {
  /** Say whether two cameras show the same. */
  equals(a: Camera, b: Camera): boolean {
    return (
      a.center[0] === b.center[0] &&
      a.center[1] === b.center[1] &&
      a.unitsPerPixel === b.unitsPerPixel &&
      a.size[0] === b.size[0] &&
      a.size[1] === b.size[1]
    )
  },

  /** Return where a position is on the screen, in CSS pixels from the view's top left corner. */
  toScreen(camera: Camera, p: Position): readonly [number, number] {
    const { center, unitsPerPixel, size, isYDown } = camera
    const [dx, dy] = [(p[0] - center[0]) / unitsPerPixel, (p[1] - center[1]) / unitsPerPixel]
    return [size[0] / 2 + dx, size[1] / 2 + (isYDown ? dy : -dy)]
  },

  /** Return the position under a place of the screen. */
  toFrame(camera: Camera, [x, y]: readonly [number, number]): readonly [number, number] {
    const { center, unitsPerPixel, size, isYDown } = camera
    const [dx, dy] = [(x - size[0] / 2) * unitsPerPixel, (y - size[1] / 2) * unitsPerPixel]
    return [center[0] + dx, center[1] + (isYDown ? dy : -dy)]
  },

  /** Return what is in sight. */
  bounds({ center, unitsPerPixel, size }: Camera): Bounds {
    const [w, h] = [(size[0] / 2) * unitsPerPixel, (size[1] / 2) * unitsPerPixel]
    return [center[0] - w, center[1] - h, center[0] + w, center[1] + h]
  },

  /** Return the center and scale that show bounds with a margin in CSS pixels around them. */
  fitting(
    bounds: Bounds,
    size: readonly [number, number],
    margin: number,
  ): Pick<Camera, 'center' | 'unitsPerPixel'> {
    const [w, h] = Bounds.size(bounds)
    const [freeW, freeH] = [Math.max(1, size[0] - 2 * margin), Math.max(1, size[1] - 2 * margin)]
    return { center: Bounds.center(bounds), unitsPerPixel: Math.max(w / freeW, h / freeH) }
  },
}
