import { Box } from '../model/geometry'
import { corners } from './parts/corners'
import type { Tool } from './tool'

export const box: Tool = {
  id: 'box',
  title: 'Box',
  icon: 'box',
  key: 'b',
  group: 'draw',
  family: 'box',
  makes: 'box',
  hint: 'Drag, or click two opposite corners · Shift makes a square · Esc cancels',
  start: (context) =>
    corners(context, {
      tool: 'box',
      n: 2,
      isSquaring: true,
      hasCrosshair: true,
      shape(frame, [a, b]) {
        const made = Box.between(frame, a!, b!)
        return Math.min(...made.size) > 0 ? made : null
      },
      refusal: 'A box needs a width and a height: drag across the object.',
    }),
}
