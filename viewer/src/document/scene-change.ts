import { Problem } from '../api/problem'
import { Change, ChangeSet } from '../model/change'
import type { Scene } from '../model/scene'
import type { Session } from './session'

/** How often a change of the scene is put over somebody else's before the person is told. */
const MOST_ATTEMPTS = 5

/**
 * Change the scene document: how its rasters are shown, say. Its files stay where they are. One step that can be undone.
 *
 * @param edit makes the new document of the newest one; asked again where somebody else was faster
 */
export async function changeScene(
  session: Session,
  message: string,
  edit: (newest: Scene) => Scene,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const change = Change.put(edit(session.scene.peek()))
    try {
      session.receive(await session.api.send(ChangeSet.make(session.actor.id ?? '', message, [change])))
      return
    } catch (error) {
      if (!(error instanceof Problem && error.kind === 'conflict') || attempt === MOST_ATTEMPTS) throw error
      await session.refreshScene()
    }
  }
}
