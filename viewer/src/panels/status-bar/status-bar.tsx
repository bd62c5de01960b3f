import { useComputed } from '@preact/signals'
import type { Position } from '../../math/position'
import type { MapFrame } from '../../model/scene'
import { SnapButton, TopologyButton } from '../aids/snap-button'
import { CellProgress } from '../cells/cell-progress'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import type { Readout } from './readout'
import './status-bar.css'

/** Where the pointer is, what is there, how the view looks at it. */
export function StatusBar({ bench }: PanelProps) {
  const { readout } = bench
  const place = bench.place.value
  return (
    <footer class="status-bar mono">
      <Coordinates bench={bench} position={readout.position.value} />
      <LonLat at={readout.lonLat.value} />
      <Pixel at={readout.pixel.value} />
      <Values bench={bench} readout={readout} />
      <Hint bench={bench} />
      <CellProgress bench={bench} />
      <Scale bench={bench} />
      <SnapButton bench={bench} />
      <TopologyButton bench={bench} />
      {place && (
        <span
          class="status-frame"
          title={place.frame.kind === 'map' ? place.frame.crs : 'Pixels of this raster'}
        >
          {place.frame.kind === 'map' ? crsName(place.frame) : 'pixel space'}
        </span>
      )}
    </footer>
  )
}

const WALL_HINT =
  'Click, Ctrl, Shift and a drag choose · 1 to 9 class · A accept · R reject · T tag · Del · U undo · Enter shows it on the map · W leaves'

/** How the tool is used; while something is wrong with what is drawn, what that is. */
function Hint({ bench }: PanelProps) {
  const problem = bench.stage.value?.hand.problem.value
  return (
    <span class="status-hint ellipsis" role="status" data-problem={problem ? true : undefined}>
      {problem ?? (bench.isWall.value ? WALL_HINT : bench.tool.value.hint)}
    </span>
  )
}

function Coordinates({ bench, position }: { readonly bench: Workbench; readonly position: Position | null }) {
  const place = bench.place.value
  if (!place?.affine) return null
  const isDegrees = place.affine.a < 0.01 && Math.abs(place.affine.c) <= 360
  const digits = isDegrees ? 8 : 3
  return (
    <output class="status-coordinates" aria-label="Coordinates" data-x={position?.[0]} data-y={position?.[1]}>
      {position ? `${spaced(position[0], digits)}  ${spaced(position[1], digits)}` : '–'}
    </output>
  )
}

function LonLat({ at }: { readonly at: Position | null }) {
  if (!at) return null
  const [lon, lat] = at
  const text = `${Math.abs(lat).toFixed(6)}° ${lat < 0 ? 'S' : 'N'}  ${Math.abs(lon).toFixed(6)}° ${lon < 0 ? 'W' : 'E'}`
  return (
    <output class="status-lonlat" aria-label="Latitude and longitude, WGS 84">
      {text}
    </output>
  )
}

function Pixel({ at }: { readonly at: readonly [number, number] | null }) {
  return (
    <output class="status-pixel" aria-label="Column and row">
      px {at ? `${spaced(at[0], 1)}, ${spaced(at[1], 1)}` : '–'}
    </output>
  )
}

function Values({ bench, readout }: { readonly bench: Workbench; readonly readout: Readout }) {
  const value = readout.value.value
  const shelved = bench.active.value ? bench.shelf.shelved.value.get(bench.active.value) : undefined
  const info = shelved?.facts?.info
  if (!value || !info) return null
  if (!value.valid) return <output class="status-values">no data</output>
  const shown = value.values.slice(0, 6)
  const text = shown.map((v, i) => `${info.bands[i]?.name ?? i + 1} ${v}`).join('  ')
  const all = value.values.map(
    (v, i) => `${info.bands[i]?.name}: ${v}${info.bands[i]?.unit ? ` ${info.bands[i]!.unit}` : ''}`,
  )
  return (
    <output class="status-values ellipsis" aria-label="Values of the bands" title={all.join('\n')}>
      {text}
      {value.values.length > shown.length ? ' …' : ''}
    </output>
  )
}

function Scale({ bench }: { readonly bench: Workbench }) {
  const unitsPerPixel = useComputed(() => bench.stage.value?.view.camera.value.unitsPerPixel ?? 1).value
  const stage = bench.stage.value
  if (!stage) return null
  const zoom = (stage.place.affine?.a ?? 1) / unitsPerPixel
  const scale = stage.scale.scale.value
  return (
    <output class="status-scale" aria-label="Scale">
      {scale ? `1:${spaced(scale, scale < 10 ? 1 : 0)}` : ''}{' '}
      {zoom >= 0.1 ? `${Math.round(zoom * 100)}` : (zoom * 100).toFixed(1)} %
    </output>
  )
}

/** Return a number with thin spaces between thousands. */
function spaced(value: number, digits: number): string {
  const [whole, rest] = value.toFixed(digits).split('.')
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, '\u2009')
  return rest === undefined ? grouped : `${grouped}.${rest}`
}

/** Return what a person calls a CRS: its code, or the name in its WKT. */
export function crsName(frame: MapFrame): string {
  return /^[A-Z]+[A-Z0-9]*:/i.test(frame.crs)
    ? frame.crs
    : (/^\w+\["([^"]+)"/.exec(frame.crs)?.[1] ?? 'custom CRS')
}
