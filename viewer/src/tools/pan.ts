import type { Position } from '../math/position'
import type { Tool } from './tool'

export const pan: Tool = {
  id: 'pan',
  title: 'Pan',
  icon: 'hand',
  key: 'h',
  group: 'navigate',
  makes: null,
  hint: 'Drag to move · wheel zooms · hold Space to pan in any tool',
  start(context) {
    let grabbed: Position | null = null
    return {
      cursor: 'grab',
      down(pointer) {
        grabbed = pointer.position
        return true
      },
      drag(pointer) {
        if (grabbed) context.pan(grabbed[0] - pointer.position[0], grabbed[1] - pointer.position[1])
      },
      drop() {
        grabbed = null
      },
      stop() {},
    }
  },
}
