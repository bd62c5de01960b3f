import { CIRCLE_VERTICES, centerOf, circleAround } from '../math/regular'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const circleThree: Tool = {
  id: 'circle-three',
  title: 'Circle by 3 points',
  icon: 'circle-three',
  key: 'o',
  group: 'draw',
  family: 'regular',
  makes: 'polygon',
  hint: 'Click three places on the rim: makes a polygon of 72 corners · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'circle-three',
      n: 3,
      shape(frame, [a, b, c]) {
        const center = centerOf(a!, b!, c!, context.metric)
        return (
          center && {
            kind: 'polygon',
            frame,
            exterior: [...circleAround(center, a!, CIRCLE_VERTICES, context.metric)],
            holes: [],
          }
        )
      },
      refusal: 'Three places on one line make no circle.',
    }),
}
