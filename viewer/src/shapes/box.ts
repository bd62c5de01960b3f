import { Box } from '../model/geometry'
import type { Shape } from './shape'

export const box: Shape<Box> = {
  kind: 'box',
  title: 'Box',
  chains: (geometry) => [{ path: Box.corners(geometry), role: 'exterior', part: 0 }],
  moveVertex: (geometry, at, to) => Box.withCorner(geometry, at.index, to),
  insertVertex: () => null,
  removeVertex: () => null,
  mapped: (geometry, map, frame) => {
    if (frame !== undefined && frame !== geometry.frame)
      return Box.fitted(frame, Box.corners(geometry).map(map))
    const to = map(geometry.center)
    return { ...geometry, center: [to[0], to[1]] } // within a frame it is moved only: size and angle stay to the bit
  },
}
