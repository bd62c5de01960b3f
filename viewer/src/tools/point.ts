import { snapped } from './parts/snap'
import type { Tool } from './tool'

export const point: Tool = {
  id: 'point',
  title: 'Point',
  icon: 'point',
  key: 'p',
  group: 'draw',
  makes: 'point',
  hint: 'Click to place a point',
  start(context) {
    return {
      cursor: 'crosshair',
      move(pointer) {
        const { mark } = snapped(context, pointer.position)
        context.sketch(mark ? { mark } : null)
      },
      click(pointer) {
        const { position } = snapped(context, pointer.position)
        context.draw({ kind: 'point', frame: context.frame, position }, 'point')
      },
      leave: () => context.sketch(null),
      stop: () => context.sketch(null),
    }
  },
}
