import { measuring } from './parts/measuring'
import type { Tool } from './tool'

export const measure: Tool = {
  id: 'measure',
  title: 'Measure a distance',
  icon: 'ruler',
  key: 'shift+d',
  group: 'measure',
  family: 'measure',
  makes: null,
  hint: 'Click along the way · Enter or double-click ends it · Shift steps of 45° · Backspace drops the last · Esc clears',
  start: (context) => measuring(context, { isClosed: false }),
}
