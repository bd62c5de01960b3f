import { changeScene } from '../../document/scene-change'
import type { Scene } from '../../model/scene'
import type { Workbench } from '../workbench'

/** Give the team what this person sees: the look of every raster and their order. One step that can be undone. */
export async function shareLooks(bench: Workbench): Promise<void> {
  const { session, shelf, order, toasts } = bench
  const ids = order.ids.peek()
  const edit = (scene: Scene): Scene => ({
    ...scene,
    assets: scene.assets.map((asset) => {
      const look = shelf.lookOf(asset.id)
      if (!look) return asset
      const display = { ...look, rank: ids.indexOf(asset.id) }
      return { ...asset, properties: { ...asset.properties, display } }
    }),
  })
  try {
    await changeScene(session, 'Share how the rasters are shown', edit)
    toasts.ok('Everybody who has not chosen otherwise now sees the rasters as you do.')
  } catch (error) {
    toasts.error(error, { title: 'Try again', run: () => void shareLooks(bench) })
  }
}

/** Forget this person's looks and order: what the team shares is seen again, or the first picture of each raster. */
export function followTeam({ shelf, order, session }: Workbench): void {
  for (const asset of session.scene.peek().assets) shelf.forget(asset.id)
  order.forget()
}
