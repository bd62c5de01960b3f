import { line } from './parts/outline'
import type { Tool } from './tool'

export const polyline: Tool = {
  id: 'polyline',
  title: 'Polyline',
  icon: 'polyline',
  key: 'l',
  group: 'draw',
  family: 'polyline',
  makes: 'polyline',
  hint: 'Click along the line · Ctrl-drag draws freehand · Shift steps of 45° · P along an edge · Enter or double-click finishes · Backspace drops the last · Esc cancels',
  start: (context) => line(context, { tool: 'polyline', isFreehand: false }),
}
