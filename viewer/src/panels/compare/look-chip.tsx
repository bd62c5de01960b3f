import { Asset, Scene } from '../../model/scene'
import { RasterStyle } from '../../raster/style'
import type { PanelProps } from '../panel'

/** What is seen on the right, in words. */
export function LookChip({ bench }: PanelProps) {
  const key = bench.comparison.right.value
  const shelved = key === null ? null : bench.shelf.shelved.value.get(key)
  if (!shelved?.facts) return null
  const asset = Scene.asset(bench.session.scene.value, shelved.asset)
  return (
    <div class="map-chip map-chip-right">
      {[asset && Asset.nameOf(asset), RasterStyle.titleOf(shelved.style, shelved.facts.info)]
        .filter(Boolean)
        .join(' · ')}
    </div>
  )
}
