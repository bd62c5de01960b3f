import { line } from './parts/outline'
import type { Tool } from './tool'

export const polylineFreehand: Tool = {
  id: 'polyline-freehand',
  title: 'Freehand polyline',
  icon: 'freehand',
  key: 'l',
  group: 'draw',
  family: 'polyline',
  makes: 'polyline',
  hint: 'Drag along the line, click for single vertices · Enter or double-click finishes · Space-drag moves the map · Esc cancels',
  start: (context) => line(context, { tool: 'polyline-freehand', isFreehand: true }),
}
