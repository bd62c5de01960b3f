import { useSignal } from '@preact/signals'
import { Asset, Scene } from '../../model/scene'
import { RasterInfo } from '../../raster/info'
import type { Shelved } from '../../raster/shelf'
import { RasterStyle } from '../../raster/style'
import { IconButton } from '../kit/button'
import { Icon } from '../kit/icon'
import { Slider } from '../kit/slider'
import { PaintedRow } from '../paint/painted-row'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { Eye, Opener } from './row'
import { StyleForm } from './style-form'
import './layers.css'

/** What is shown: the labels, and the rasters under them. The chosen raster decides the frame of the view. */
export function Layers({ bench }: PanelProps) {
  const scene = bench.session.scene.value
  const rasters = Scene.rasters(scene).toReversed()
  return (
    <ul class="layers" aria-label="Layers">
      <LabelsRow bench={bench} />
      {bench.painting.layers.value.toReversed().map((layer) => (
        <PaintedRow key={layer.id} bench={bench} layer={layer} />
      ))}
      {rasters.map((asset) => (
        <RasterRow
          key={asset.id}
          bench={bench}
          asset={asset}
          shelved={bench.shelf.shelved.value.get(asset.id) ?? null}
        />
      ))}
    </ul>
  )
}

function LabelsRow({ bench }: PanelProps) {
  const isOpen = useSignal(false)
  const isVisible = bench.areLabelsVisible.value
  const n = Object.values(bench.session.counts.value).reduce((sum, count) => sum + count, 0)
  return (
    <li>
      <div class="layer-row">
        <Eye
          isVisible={isVisible}
          name="labels"
          onToggle={() => {
            bench.areLabelsVisible.value = !isVisible
          }}
        />
        <Icon name="tag" size={14} />
        <Opener isOpen={isOpen.value} onToggle={() => (isOpen.value = !isOpen.value)}>
          Labels
        </Opener>
        <span class="layer-note mono">{n.toLocaleString('en')}</span>
      </div>
      {isOpen.value && (
        <div class="layer-body">
          <Slider
            label="Fill"
            min={0}
            max={1}
            step={0.05}
            value={bench.fillOpacity.value}
            format={(v) => `${Math.round(v * 100)} %`}
            onChange={(v) => {
              bench.fillOpacity.value = v
            }}
          />
        </div>
      )}
    </li>
  )
}

interface RasterRowProps {
  readonly bench: Workbench
  readonly asset: Asset
  readonly shelved: Shelved | null
}

function RasterRow({ bench, asset, shelved }: RasterRowProps) {
  const isOpen = useSignal(false)
  const isActive = bench.active.value === asset.id
  const place = Scene.viewFrame(bench.session.scene.value, asset.id)
  const isElsewhere = place?.frame.id !== bench.place.value?.frame.id
  const info = shelved?.facts?.info ?? null
  const name = Asset.nameOf(asset)
  return (
    <li>
      <div class="layer-row" data-active={isActive || undefined}>
        <Eye
          isVisible={(shelved?.isVisible ?? true) && !isElsewhere}
          name={name}
          disabled={isElsewhere}
          onToggle={() => bench.shelf.setVisible(asset.id, !shelved?.isVisible)}
        />
        <input
          type="radio"
          name="active-raster"
          aria-label={`Work on ${name}`}
          title={isElsewhere ? 'Work on this raster: the view changes to its frame' : 'Work on this raster'}
          checked={isActive}
          disabled={place === null}
          onChange={() => {
            bench.active.value = asset.id
          }}
        />
        <Opener isOpen={isOpen.value} onToggle={() => (isOpen.value = !isOpen.value)}>
          {name}
        </Opener>
        {shelved?.problem && <Icon name="warning" size={14} title={shelved.problem} />}
        <span class="layer-note mono">
          {isElsewhere ? 'other frame' : info && shelved ? RasterStyle.titleOf(shelved.style, info) : ''}
        </span>
        <IconButton
          icon="fit"
          size={22}
          label={`Show all of ${name}`}
          disabled={!place}
          onClick={() => bench.zoomTo(asset.id)}
        />
      </div>
      {isOpen.value && shelved && (
        <div class="layer-body">
          {shelved.problem && <p class="kit-error">{shelved.problem}</p>}
          {info && <StyleForm bench={bench} shelved={shelved} info={info} />}
          {info && <Facts info={info} />}
        </div>
      )}
    </li>
  )
}

function Facts({ info }: { readonly info: RasterInfo }) {
  const bands = RasterInfo.valueBands(info).length
  return (
    <details class="layer-facts">
      <summary>
        {info.width.toLocaleString('en')} × {info.height.toLocaleString('en')} px · {bands}{' '}
        {bands === 1 ? 'band' : 'bands'} · {info.dtype}
      </summary>
      <p class="dim">{info.crs ?? 'No coordinate reference system: labels are in pixels'}</p>
      {info.problems.map((problem) => (
        <p key={problem.reason} data-severity={problem.severity}>
          {problem.message}
        </p>
      ))}
    </details>
  )
}
