import { isInside } from '../math/ring'
import { outlinesOf } from '../math/trace'
import type { Mask, Segment } from '../model/geometry'
import type { Chain, Shape } from './shape'

/** A mask is shown by its outline along pixel edges; its pixels are painted, not dragged. */
export const mask: Shape<Mask> = {
  kind: 'mask',
  title: 'Mask',
  chains: (geometry) => {
    const outlines = outlinesOf(geometry.offset, geometry.size, geometry.counts)
    return outlines.map((path, part): Chain => {
      const [x, y] = path[0]!
      const depth = outlines.filter((other) => other !== path && isInside([x + 1e-3, y + 1e-3], other)).length
      return { path, role: depth % 2 ? 'hole' : 'exterior', part: depth % 2 ? 0 : part }
    })
  },
  moveVertex: () => null,
  insertVertex: () => null,
  removeVertex: () => null,
  mapped: (geometry, _map, frame) => (frame === undefined || frame === geometry.frame ? geometry : null),
}

/** A segment is the elements of a layer that have one value: the layer is drawn, the segment has no vertices. */
export const segment: Shape<Segment> = {
  kind: 'segment',
  title: 'Segment',
  chains: () => [],
  moveVertex: () => null,
  insertVertex: () => null,
  removeVertex: () => null,
  mapped: (geometry, _map, frame) => (frame === undefined || frame === geometry.frame ? geometry : null),
}
