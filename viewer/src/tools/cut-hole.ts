import { hole } from './parts/hole'
import type { Tool } from './tool'

export const cutHole: Tool = {
  id: 'cut-hole',
  title: 'Cut hole',
  icon: 'hole',
  key: 'x',
  group: 'edit',
  family: 'hole',
  makes: null,
  hint: 'Click the outline of a hole inside a polygon · Enter or double-click cuts it · Esc cancels',
  start: (context) =>
    hole(context, ({ annotation }, geometry) => {
      void context.reshape('Cut hole', [{ id: annotation.id, geometry }])
      context.selection.set(annotation.id)
    }),
}
