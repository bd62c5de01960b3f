import { Position } from '../math/position'
import { circleAround } from '../math/regular'
import { corners } from './parts/corners'
import { ToolSettings } from './parts/settings'
import type { Tool } from './tool'

export const polygonRegular: Tool = {
  id: 'polygon-regular',
  title: 'Regular polygon',
  icon: 'hexagon',
  key: 'o',
  group: 'draw',
  family: 'regular',
  makes: 'polygon',
  sets: 'sides',
  hint: 'Drag or click from the centre to a corner · + and − change the number of corners · Shift steps of 45° · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'polygon-regular',
      n: 2,
      shape: (frame, [center, on]) => {
        const { sides } = context.settings ?? ToolSettings.DEFAULT
        return Position.isSame(center!, on!)
          ? null
          : {
              kind: 'polygon',
              frame,
              exterior: [...circleAround(center!, on!, sides, context.metric)],
              holes: [],
            }
      },
      label(at, made) {
        const radius = { kind: 'polyline', frame: context.frame, path: [...at], width: null } as const
        const { sides } = context.settings ?? ToolSettings.DEFAULT
        return `${sides} corners · r ${context.measure(radius)}${made ? ` · ${context.measure(made)}` : ''}`
      },
      key(keys) {
        const by = { '+': 1, '=': 1, '-': -1 }[keys.replace('Shift+', '')]
        const settings = context.settings ?? ToolSettings.DEFAULT
        if (by) context.set?.(ToolSettings.withSides(settings, settings.sides + by))
        return by !== undefined
      },
      refusal: 'A polygon needs a radius.',
    }),
}
