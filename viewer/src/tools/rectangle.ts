import { rectangleBetween } from '../math/regular'
import { areaOf } from '../math/ring'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const rectangle: Tool = {
  id: 'rectangle',
  title: 'Rectangle by 2 corners',
  icon: 'rectangle',
  key: 'o',
  group: 'draw',
  family: 'regular',
  makes: 'polygon',
  hint: 'Drag, or click two opposite corners: makes a polygon · Shift makes a square · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'rectangle',
      n: 2,
      isSquaring: true,
      shape(frame, [a, b]) {
        const exterior = rectangleBetween(a!, b!)
        return areaOf(exterior) === 0 ? null : { kind: 'polygon', frame, exterior: [...exterior], holes: [] }
      },
      refusal: 'A rectangle needs a width and a height.',
    }),
}
