import { rectangleOn } from '../math/regular'
import { areaOf } from '../math/ring'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const rectangleTurned: Tool = {
  id: 'rectangle-turned',
  title: 'Rectangle by 3 points',
  icon: 'rectangle-turned',
  key: 'o',
  group: 'draw',
  family: 'regular',
  makes: 'polygon',
  hint: 'Drag or click along one side, then click how wide it is: makes a polygon · Shift steps of 45° · P along an edge · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'rectangle-turned',
      n: 3,
      shape(frame, [a, b, c]) {
        const exterior = rectangleOn(a!, b!, c!)
        return areaOf(exterior) === 0 ? null : { kind: 'polygon', frame, exterior: [...exterior], holes: [] }
      },
      refusal: 'A rectangle needs a length and a width: click beside its first side.',
    }),
}
