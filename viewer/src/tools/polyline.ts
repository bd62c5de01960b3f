import { trail } from './parts/trail'
import type { Tool } from './tool'

export const polyline: Tool = {
  id: 'polyline',
  title: 'Polyline',
  icon: 'polyline',
  key: 'l',
  group: 'draw',
  makes: 'polyline',
  hint: 'Click along the line · Enter or double-click finishes · Backspace drops the last · Esc cancels',
  start(context) {
    return trail(context, {
      least: 2,
      isClosed: false,
      shape: (frame, path) => (path.length ? { kind: 'polyline', frame, path, width: null } : null),
      finish(path) {
        context.draw({ kind: 'polyline', frame: context.frame, path: [...path], width: null }, 'polyline')
        return true
      },
    })
  },
}
