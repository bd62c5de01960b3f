import { useEffect, useRef } from 'preact/hooks'
import { Asset, Scene } from '../../model/scene'
import { RasterStyle } from '../../raster/style'
import type { Stage } from '../../views/stage'
import { CompareButtons } from '../compare/compare-buttons'
import { LookChip } from '../compare/look-chip'
import { Ghost, PaneBeside } from '../compare/pane-beside'
import { SwipeHandle } from '../compare/swipe-handle'
import { EmptyState } from '../kit/empty-state'
import { Icon } from '../kit/icon'
import { Legend } from '../layers/legend'
import { MeasurePanel } from '../measure/measure-panel'
import { PaintPanel } from '../paint/paint-panel'
import type { PanelProps } from '../panel'
import { crsName } from '../status-bar/status-bar'
import { ToolOptions } from '../tool-options/tool-options'
import { Transcriber } from '../transcription/transcriber'
import { TypedPanel } from '../typed/typed-panel'
import { Crosshair } from './crosshair'
import { Loupe } from './loupe'
import { Minimap } from './minimap'
import { NorthArrow } from './north-arrow'
import { ScaleBar } from './scale-bar'
import './map-panel.css'

/** The map, what it shows in words, and where it looks. */
export function MapPanel({ bench }: PanelProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => bench.attach(element.current!), [bench])
  const stage = bench.stage.value
  const mode = bench.comparison.right.value === null ? 'off' : bench.comparison.mode.value
  const isEmpty = Scene.rasters(bench.session.scene.value).length === 0
  return (
    <main
      class="map-panel"
      aria-label="Map"
      data-beside={mode === 'beside' || undefined}
      data-compared={mode !== 'off' || undefined}
    >
      <div class="map-first">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the map takes the keys of its tools while it has the focus */}
        <div ref={element} class="map" tabIndex={0} role="application" aria-label="Map of the scene" />
        {stage && bench.beside.value && <Ghost from={bench.beside.value} to={stage} />}
      </div>
      {mode === 'beside' && <PaneBeside bench={bench} />}
      {isEmpty && (
        <div class="map-empty">
          <EmptyState icon="image" title="This scene has no image yet">
            Drop GeoTIFFs, photos or other rasters here, or anywhere in this window.
          </EmptyState>
        </div>
      )}
      <Chip bench={bench} />
      {stage && <Crosshair bench={bench} stage={stage} />}
      {stage && <NorthArrow stage={stage} />}
      {stage && <Loupe bench={bench} stage={stage} />}
      {stage && mode === 'swipe' && <SwipeHandle bench={bench} />}
      <LookChip bench={bench} />
      {stage && <CompareButtons bench={bench} />}
      {stage && bench.isLegendShown.value && <Legend bench={bench} />}
      {stage && <Minimap bench={bench} stage={stage} />}
      {stage && <ScaleBar stage={stage} />}
      {stage && <MeasurePanel bench={bench} stage={stage} />}
      {stage && <PaintPanel bench={bench} />}
      {stage && <ToolOptions bench={bench} stage={stage} />}
      {stage && <Transcriber bench={bench} stage={stage} />}
      {stage && <TypedPanel bench={bench} stage={stage} />}
      {stage && <Waiting stage={stage} />}
      {!isEmpty && !stage && (
        <p class="map-wait">
          <Icon name="spinner" size={16} /> Opening the map
        </p>
      )}
    </main>
  )
}

/** A line along the top of the map while something takes longer than a moment. */
function Waiting({ stage }: { readonly stage: Stage }) {
  return stage.isIdle.value ? null : (
    <div class="map-busy" role="progressbar" aria-label="The map is loading" />
  )
}

/** What is looked at, in the corner of the map: file, bands, reference system; and what stands in its way. */
function Chip({ bench }: PanelProps) {
  const { active, shelf, place, session } = bench
  const asset = Scene.asset(session.scene.value, active.value)
  if (!asset) return null
  const shelved = shelf.shelved.value.get(asset.id)
  const info = shelved?.facts?.info
  const frame = place.value?.frame
  const problem = bench.stage.value?.view.problem.value
  const parts = [
    Asset.nameOf(asset),
    info && shelved ? RasterStyle.titleOf(shelved.style, info) : null,
    frame?.kind === 'map' ? crsName(frame) : frame ? 'pixel space' : null,
  ]
  return (
    <div class="map-chip">
      <span>{parts.filter(Boolean).join(' · ')}</span>
      {!place.value && !shelved?.problem && <span class="dim">waiting for the file</span>}
      {(shelved?.problem ?? problem) && <span class="map-problem">{shelved?.problem ?? problem}</span>}
    </div>
  )
}
