import { isCrossingItself } from '../math/ring'
import { trail } from './parts/trail'
import type { Tool } from './tool'

export const polygon: Tool = {
  id: 'polygon',
  title: 'Polygon',
  icon: 'polygon',
  key: 'shift+n',
  group: 'draw',
  makes: 'polygon',
  hint: 'Click corners · Enter, double-click or the first corner finishes · Backspace drops the last · Esc cancels',
  start(context) {
    return trail(context, {
      least: 3,
      isClosed: true,
      shape: (frame, path) =>
        path.length > 2
          ? { kind: 'polygon', frame, exterior: path, holes: [] }
          : path.length
            ? { kind: 'polyline', frame, path, width: null }
            : null,
      finish(path) {
        if (isCrossingItself(path))
          context.tell('The outline crosses itself: saved as drawn, drag a corner to mend it.')
        context.draw({ kind: 'polygon', frame: context.frame, exterior: [...path], holes: [] }, 'polygon')
        return true
      },
    })
  },
}
