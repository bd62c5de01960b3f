import { stroking } from './parts/stroke'
import type { Tool } from './tool'

export const eraser: Tool = {
  id: 'eraser',
  title: 'Eraser',
  icon: 'eraser',
  key: 'e',
  group: 'paint',
  makes: null,
  hint: 'Drag to take painted pixels away; locked classes stay · [ and ] or Shift+wheel: size · Shift: straight from the last stroke · Esc cancels',
  start: (context) => stroking(context, { isErasing: true }),
}
