import { measuring } from './parts/measuring'
import type { Tool } from './tool'

export const measureArea: Tool = {
  id: 'measure-area',
  title: 'Measure an area',
  icon: 'area',
  key: 'shift+d',
  group: 'measure',
  family: 'measure',
  makes: null,
  hint: 'Click around the area · Enter or double-click ends it · Shift steps of 45° · Backspace drops the last · Esc clears',
  start: (context) => measuring(context, { isClosed: true }),
}
