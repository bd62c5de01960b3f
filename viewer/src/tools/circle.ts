import { Position } from '../math/position'
import { CIRCLE_VERTICES, circleAround } from '../math/regular'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const circle: Tool = {
  id: 'circle',
  title: 'Circle by centre and radius',
  icon: 'circle',
  key: 'o',
  group: 'draw',
  family: 'regular',
  makes: 'polygon',
  hint: 'Drag or click from the centre to the rim: makes a polygon of 72 corners · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'circle',
      n: 2,
      shape: (frame, [center, on]) =>
        Position.isSame(center!, on!)
          ? null
          : {
              kind: 'polygon',
              frame,
              exterior: [...circleAround(center!, on!, CIRCLE_VERTICES, context.metric)],
              holes: [],
            },
      label(at, made) {
        const radius = { kind: 'polyline', frame: context.frame, path: [...at], width: null } as const
        return `r ${context.measure(radius)}${made ? ` · ${context.measure(made)}` : ''}`
      },
      refusal: 'A circle needs a radius.',
    }),
}
