import { lineEdit } from './parts/line-edit'
import type { Tool } from './tool'

export const reshape: Tool = {
  id: 'reshape',
  title: 'Reshape by a line',
  icon: 'reshape',
  key: 'shift+r',
  group: 'edit',
  makes: null,
  hint: 'Draw the new part of the outline, crossing it twice · Enter or double-click takes it · Esc cancels',
  start: (context) => lineEdit(context, { operation: 'reshape', message: 'Reshape by a line' }),
}
