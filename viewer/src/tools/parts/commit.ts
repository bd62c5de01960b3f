import { Position } from '../../math/position'
import { isFree } from '../../shapes/mesh'
import type { ToolContext } from '../tool'
import { Border, type BorderEdit, type Grasp } from './border'

/**
 * Make an edit of a border what is, for all its owners in one undo step. False = nothing was done, and the person was told.
 *
 * Owners that are not loaded are asked for first; with everything in sight loaded, nobody has to wait.
 *
 * @param places positions whose owners the edit concerns
 * @param edit works the edit out anew, with all owners known
 */
export async function commitBorder(
  context: ToolContext,
  message: string,
  grasp: Grasp,
  places: readonly Position[],
  edit: (grasp: Grasp) => BorderEdit,
): Promise<boolean> {
  const asked = context.aids.isTopological && isFree(grasp.geometry) ? context.gather(places) : null
  if (asked) await asked
  const now = asked ? again(context, grasp) : grasp
  if (!now) {
    context.tell('This object was changed meanwhile: do it again.')
    return false
  }
  const { shapes, problem } = edit(now)
  if (problem) context.tell(`Nothing was changed. ${problem.sentence}`)
  if (problem || !shapes.length) return false
  const title = shapes.length > 1 ? `${message} of ${shapes.length} objects` : message
  await context.reshape(title, shapes)
  return true
}

/** Return what is held as it is now; null where its vertex is elsewhere or gone. */
function again(context: ToolContext, grasp: Grasp): Grasp | null {
  const geometry = context.shown(grasp.id)
  if (!geometry) return null
  const [was, is] = [Border.vertexOf(grasp), Border.vertexOf({ ...grasp, geometry })]
  return was && is && Position.isSame(was, is) ? { ...grasp, geometry } : null
}
