import { hole } from './parts/hole'
import type { Tool } from './tool'

export const fillRing: Tool = {
  id: 'fill-ring',
  title: 'Fill ring',
  icon: 'fill-ring',
  key: 'x',
  group: 'edit',
  family: 'hole',
  makes: 'polygon',
  hint: 'Click an outline inside a polygon: it is cut out and becomes an object of the chosen class · Enter or double-click finishes · Esc cancels',
  start: (context) =>
    hole(context, ({ annotation }, geometry, outline) => {
      const filling = { kind: 'polygon', frame: context.frame, exterior: [...outline], holes: [] } as const
      context.draw(filling, 'fill-ring', [{ id: annotation.id, geometry }])
    }),
}
