import { lineEdit } from './parts/line-edit'
import type { Tool } from './tool'

export const split: Tool = {
  id: 'split',
  title: 'Split by a line',
  icon: 'cut',
  key: 'shift+x',
  group: 'edit',
  makes: null,
  hint: 'Draw a line across · Enter or double-click splits what is chosen, or all that it crosses · Esc cancels',
  start: (context) => lineEdit(context, { operation: 'split', message: 'Split by a line' }),
}
