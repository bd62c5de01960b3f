import type { Polygon } from '../../model/geometry'
import { selfClashes } from '../../shapes/soundness'
import type { Gesture, ToolContext } from '../tool'
import { avoided } from './avoid'
import { trail } from './trail'

const CROSSING =
  'The outline crosses itself where it is marked red. Backspace drops its last corner; then go another way.'

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
      const made: Polygon = { kind: 'polygon', frame: context.frame, exterior: [...path], holes: [] }
      if (selfClashes(made).length) {
        context.tell(CROSSING)
        return false
      }
      if (!context.aids.isAvoiding) context.draw(made, tool)
      else void avoided(context, made).then((left) => left && context.draw(left.geometry, tool, left.also))
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
