import { useSignal } from '@preact/signals'
import { Asset, Scene } from '../../model/scene'
import { RasterInfo } from '../../raster/info'
import type { Shelved } from '../../raster/shelf'
import { RasterStyle } from '../../raster/style'
import { CompareForm } from '../compare/compare-form'
import { IconButton } from '../kit/button'
import { Icon } from '../kit/icon'
import { Menu, type MenuEntry } from '../kit/menu'
import { Slider } from '../kit/slider'
import { PaintedRow } from '../paint/painted-row'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { Eye, Opener } from './row'
import { followTeam, shareLooks } from './shared-look'
import { StyleForm } from './style-form'
import './layers.css'

/** What is shown: the labels, and the rasters under them. The chosen raster decides the frame of the view. */
export function Layers({ bench }: PanelProps) {
  const dragged = useSignal<string | null>(null)
  const scene = bench.session.scene.value
  const order = bench.order.ids.value
  const rasters = order.map((id) => Scene.asset(scene, id)).filter((asset) => asset !== null)
  return (
    <>
      <CompareForm bench={bench} />
      <ul class="layers" aria-label="Layers">
        <LabelsRow bench={bench} />
        {bench.painting.layers.value.toReversed().map((layer) => (
          <PaintedRow key={layer.id} bench={bench} layer={layer} />
        ))}
        {rasters.toReversed().map((asset) => (
          <RasterRow
            key={asset.id}
            bench={bench}
            asset={asset}
            shelved={bench.shelf.shelved.value.get(asset.id) ?? null}
            drag={{
              isOver: dragged.value !== null && dragged.value !== asset.id,
              start: () => (dragged.value = asset.id),
              end: () => (dragged.value = null),
              drop: () => {
                if (dragged.value) bench.order.move(dragged.value, order.indexOf(asset.id))
                dragged.value = null
              },
            }}
          />
        ))}
      </ul>
    </>
  )
}

/** What concerns all layers. */
export function LayersMenu({ bench }: PanelProps) {
  const entries: MenuEntry[] = [
    {
      id: 'share',
      title: 'Show it to everybody like this',
      icon: 'users',
      run: () => void shareLooks(bench),
    },
    { id: 'follow', title: 'Back to how the team sees it', icon: 'undo', run: () => followTeam(bench) },
    'line',
    {
      id: 'profile',
      title: 'Spectrum',
      icon: 'activity',
      keys: 'Shift+P',
      isOn: bench.isProfileOpen.value,
      run: () => {
        bench.isProfileOpen.value = !bench.isProfileOpen.value
      },
    },
    {
      id: 'legend',
      title: 'Legend on the map',
      icon: 'list',
      isOn: bench.isLegendShown.value,
      run: () => {
        bench.isLegendShown.value = !bench.isLegendShown.value
      },
    },
  ]
  return <Menu label="Layers: more" icon="more" size={22} entries={entries} />
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

interface Drag {
  /** Another row is being dragged. */
  readonly isOver: boolean
  readonly start: () => void
  readonly end: () => void
  readonly drop: () => void
}

interface RasterRowProps {
  readonly bench: Workbench
  readonly asset: Asset
  readonly shelved: Shelved | null
  readonly drag: Drag
}

function RasterRow({ bench, asset, shelved, drag }: RasterRowProps) {
  const isOpen = useSignal(false)
  const isTarget = useSignal(false)
  const isActive = bench.active.value === asset.id
  const place = Scene.viewFrame(bench.session.scene.value, asset.id)
  const isElsewhere = place?.frame.id !== bench.place.value?.frame.id
  const info = shelved?.facts?.info ?? null
  const name = Asset.nameOf(asset)
  const keyMove = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    const at = bench.order.ids.peek().indexOf(asset.id)
    bench.order.move(asset.id, at + (event.key === 'ArrowUp' ? 1 : -1))
    const row = event.currentTarget
    requestAnimationFrame(() => row.querySelector<HTMLElement>('.layer-title')?.focus())
  }
  return (
    <li>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it is dragged by the pointer; by keys its title is moved */}
      <div
        class="layer-row"
        data-active={isActive || undefined}
        data-target={(isTarget.value && drag.isOver) || undefined}
        draggable
        onKeyDown={keyMove}
        onDragStart={(event) => {
          event.dataTransfer?.setData('text/x-geo3d-layer', asset.id)
          drag.start()
        }}
        onDragEnd={drag.end}
        onDragOver={(event) => {
          if (!drag.isOver) return
          event.preventDefault()
          event.stopPropagation()
          isTarget.value = true
        }}
        onDragLeave={() => (isTarget.value = false)}
        onDrop={(event) => {
          if (!drag.isOver) return
          event.preventDefault()
          event.stopPropagation()
          isTarget.value = false
          drag.drop()
        }}
      >
        <Eye
          isVisible={(shelved?.isVisible ?? true) && !isElsewhere}
          name={name}
          disabled={isElsewhere}
          onToggle={() => bench.shelf.setLook(asset.id, { isVisible: !shelved?.isVisible })}
        />
        <input
          type="radio"
          name="active-raster"
          aria-label={`Work on ${name}`}
          title={isElsewhere ? 'Work on this raster: the view changes to its frame' : 'Work on this raster'}
          checked={isActive}
          disabled={place === null}
          onChange={() => bench.activate(asset.id)}
        />
        <Opener
          isOpen={isOpen.value}
          hint={`${name}: drag it, or Alt+Up and Alt+Down, to move it over or under others`}
          onToggle={() => (isOpen.value = !isOpen.value)}
        >
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
