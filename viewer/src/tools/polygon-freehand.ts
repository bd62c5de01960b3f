import { outline } from './parts/outline'
import type { Tool } from './tool'

export const polygonFreehand: Tool = {
  id: 'polygon-freehand',
  title: 'Freehand polygon',
  icon: 'lasso',
  key: 'shift+n',
  group: 'draw',
  family: 'polygon',
  makes: 'polygon',
  hint: 'Drag along the outline, click for single corners · back at the start, Enter or double-click finishes · Space-drag moves the map · Esc cancels',
  start: (context) => outline(context, { tool: 'polygon-freehand', isFreehand: true }),
}
