import { stroking } from './parts/stroke'
import type { Tool } from './tool'

export const brush: Tool = {
  id: 'brush',
  title: 'Brush',
  icon: 'brush',
  key: 'm',
  group: 'paint',
  makes: null,
  hint: 'Drag to paint pixels of the class · [ and ] or Shift+wheel: size · Alt or the right button erases · Shift: straight from the last stroke · Esc cancels',
  start: (context) => stroking(context, { isErasing: false }),
}
