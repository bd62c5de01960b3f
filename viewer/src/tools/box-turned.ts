import { rectangleOn } from '../math/regular'
import { Box } from '../model/geometry'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const boxTurned: Tool = {
  id: 'box-turned',
  title: 'Turned box',
  icon: 'rotated-box',
  key: 'b',
  group: 'draw',
  family: 'box',
  makes: 'box',
  hint: 'Drag or click along one side, then click how wide it is · Shift steps of 45° · P along an edge · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'box-turned',
      n: 3,
      shape(frame, [a, b, c]) {
        const made = Box.fitted(frame, rectangleOn(a!, b!, c!))
        return Math.min(...made.size) > 0 ? made : null
      },
      refusal: 'A box needs a length and a width: click beside its first side.',
    }),
}
