import { outline } from './parts/outline'
import type { Tool } from './tool'

export const polygon: Tool = {
  id: 'polygon',
  title: 'Polygon',
  icon: 'polygon',
  key: 'shift+n',
  group: 'draw',
  family: 'polygon',
  makes: 'polygon',
  hint: 'Click corners · Ctrl-drag draws freehand · Shift steps of 45° · P along an edge · Enter, double-click or the first corner finishes · Backspace drops the last · Esc cancels',
  start: (context) => outline(context, { tool: 'polygon', isFreehand: false }),
}
