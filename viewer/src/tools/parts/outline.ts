import { isCrossingItself } from '../../math/ring'
import type { Gesture, ToolContext } from '../tool'
import { trail } from './trail'

/** How an outline or a line is drawn, and under which name it is kept. */
export interface DrawnBy {
  readonly tool: string
  readonly isFreehand: boolean
}

/** Draw the outline of a new polygon. */
export function outline(context: ToolContext, { tool, isFreehand }: DrawnBy): Gesture {
  return trail(context, {
    least: 3,
    isClosed: true,
    isFreehand,
    shape: (frame, path) =>
      path.length > 2
        ? { kind: 'polygon', frame, exterior: path, holes: [] }
        : path.length
          ? { kind: 'polyline', frame, path, width: null }
          : null,
    finish(path) {
      if (isCrossingItself(path))
        context.tell('The outline crosses itself: saved as drawn, drag a corner to mend it.')
      context.draw({ kind: 'polygon', frame: context.frame, exterior: [...path], holes: [] }, tool)
      return true
    },
  })
}

/** Draw a new line. */
export function line(context: ToolContext, { tool, isFreehand }: DrawnBy): Gesture {
  return trail(context, {
    least: 2,
    isClosed: false,
    isFreehand,
    shape: (frame, path) => (path.length ? { kind: 'polyline', frame, path, width: null } : null),
    finish(path) {
      context.draw({ kind: 'polyline', frame: context.frame, path: [...path], width: null }, tool)
      return true
    },
  })
}
