import type { Id } from '../../model/id'
import { Scene, type ViewFrame } from '../../model/scene'
import type { RasterPicture } from '../../raster/picture'
import { Shelved } from '../../raster/shelf'
import type { Workbench } from '../workbench'

/** Return where a raster lies in the view's frame; null where that frame is not its own. */
export function placeHere({ session, place }: Workbench, asset: Id): ViewFrame | null {
  const found = Scene.viewFrame(session.scene.value, asset)
  return found?.frame.id === place.value?.frame.id ? found : null
}

/** Return what the view shows, the lowest first: the layers, and what they are compared with under a border. */
export function picturesOf(bench: Workbench): readonly RasterPicture[] {
  const { mode, right } = bench.comparison
  const swiped = mode.value === 'swipe' ? right.value : null
  const left = bench.order.ids.value.filter((id) => id !== swiped)
  const pictures = left.map((id) => pictureOf(bench, id, swiped === null ? 'both' : 'left'))
  if (swiped !== null) pictures.push(pictureOf(bench, swiped, 'right'))
  return pictures.filter((picture) => picture !== null)
}

/** Return what the view beside it shows: what is compared, alone. */
export function picturesBeside(bench: Workbench): readonly RasterPicture[] {
  const { mode, right } = bench.comparison
  const key = mode.value === 'beside' ? right.value : null
  const picture = key === null ? null : pictureOf(bench, key, 'both')
  return picture ? [{ ...picture, blend: 'normal', isVisible: true }] : []
}

/** Return how a look is shown; null where it is not, or not known yet. */
function pictureOf(bench: Workbench, key: string, side: RasterPicture['side']): RasterPicture | null {
  const shelved = bench.shelf.shelved.value.get(key)
  const place = shelved ? placeHere(bench, shelved.asset) : null
  if (!place || !shelved?.facts) return null
  const { asset, facts, style, opacity } = shelved
  const isPalette =
    facts.info.palette !== null &&
    style.bands.length === 1 &&
    !style.expression &&
    !style.colormap &&
    !style.shade &&
    !style.range.length
  const ranges = Shelved.ranges(shelved)
  if (!ranges && !shelved.isSlow && !isPalette) return null
  return {
    key,
    asset,
    version: facts.version,
    info: facts.info,
    place,
    style,
    ranges: ranges ?? [],
    opacity,
    blend: side === 'right' ? 'normal' : shelved.blend,
    isVisible: shelved.isVisible || side === 'right',
    isRaw: ranges !== null && !isPalette,
    side,
  }
}
