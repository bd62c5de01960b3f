import type { SessionInfo } from './api/client'
import { projectApi } from './api/project'
import { sceneApi } from './api/scene'
import type { Shell } from './app'
import { browserDrawer } from './document/drawer'
import { Session } from './document/session'
import { Workbench } from './panels/workbench'
import { TileCache } from './raster/tile-cache'

/** What decoded tiles of a scene may fill in memory. */
const TILE_BYTES = 320 << 20

export { ScenePage } from './panels/scene/scene-page'

/** Return everything that belongs to one open scene, put together. The map library comes when the map does. */
export async function openBench(shell: Shell, id: string, actor: SessionInfo): Promise<Workbench> {
  const [scene, project, counts, layers, drawer] = await Promise.all([
    sceneApi(id).get(),
    projectApi.get(),
    sceneApi(id).counts(),
    sceneApi(id).layers(),
    browserDrawer(),
  ])
  const session = new Session({
    actor,
    scene,
    project,
    revision: counts.revision,
    drawer,
    layers,
    storage: shell.storage,
    tell: (sentence) => shell.toasts.tell(sentence),
    refused: (set, problem) =>
      shell.toasts.error(`“${set.message}” was refused: ${problem.message}`, {
        title: 'What can be done',
        run: () => void shell.commands.run('scene.refused'),
      }),
  })
  void session.cells.load().catch((error) => shell.toasts.error(error))
  session.counts.value = counts.counts
  session.states.value = counts.states
  const tiles = new TileCache<Uint8Array | Float32Array>(TILE_BYTES)
  const bench = new Workbench({
    session,
    toasts: shell.toasts,
    board: shell.board,
    storage: shell.storage,
    openView: async (element, place) => {
      const { MapView } = await import('./views/map/map-view')
      return new MapView(element, place, tiles)
    },
  })
  await Promise.all([session.outbox.restore(), session.refusals.restore()])
  return bench
}
