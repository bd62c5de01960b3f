import { useEffect, useMemo } from 'preact/hooks'
import { type Band, RasterInfo } from '../../raster/info'
import type { PanelProps } from '../panel'
import { Chart, type Curve } from './chart'
import { AreaProfile, type ZoneState } from './profile'
import './profile.css'

/** The numbers of all bands as curves: exactly those under the pointer, and those inside the chosen area. */
export function ProfilePanel({ bench }: PanelProps) {
  const area = useMemo(() => new AreaProfile(bench), [bench])
  useEffect(() => () => area.close(), [area])
  const shelved = bench.active.value ? bench.shelf.shelved.value.get(bench.active.value) : undefined
  const info = shelved?.facts?.info
  if (!info) return <p class="profile-none dim">No raster is worked on.</p>
  const bands = RasterInfo.valueBands(info)
  const under = bench.readout.value.value
  const pointer = under?.valid ? bands.map((band) => numberOf(under.physical[band.index - 1])) : null
  const state = area.state.value
  const zone = state.kind === 'known' ? bands.map((band) => inside(state.zone, band)) : null
  const curves: Curve[] = [
    ...(zone
      ? [
          {
            id: 'area',
            values: zone.map(({ mean }) => mean),
            low: zone.map(({ low }) => low),
            high: zone.map(({ high }) => high),
          },
        ]
      : []),
    ...(pointer ? [{ id: 'pointer', values: pointer }] : []),
  ]
  return (
    <div class="profile">
      <Chart label="Numbers of the bands" bands={bands} curves={curves} />
      <p class="profile-key">
        <span data-curve="pointer">Under the pointer</span>
        <span data-curve="area">{areaText(state)}</span>
      </p>
      {(pointer || zone) && (
        <details class="layer-facts">
          <summary>Numbers</summary>
          <table class="profile-table mono">
            <thead>
              <tr>
                <th>Band</th>
                <th>Pointer</th>
                <th>Mean</th>
                <th>Min</th>
                <th>Max</th>
              </tr>
            </thead>
            <tbody>
              {bands.map((band, i) => (
                <tr key={band.index}>
                  <th scope="row">{band.name}</th>
                  {[pointer?.[i], zone?.[i]?.mean, zone?.[i]?.low, zone?.[i]?.high].map((value, k) => (
                    <td key={k}>{value == null ? '–' : readable(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  )
}

function areaText(state: ZoneState): string {
  if (state.kind === 'asked') return 'The chosen area is being read…'
  if (state.kind === 'refused') return state.why
  if (state.kind === 'none') return 'Choose a polygon or a box to see its spectrum'
  const [first] = state.zone.bands
  const n = (first?.n_pixels ?? 0).toLocaleString('en')
  const [fx, fy] = state.zone.factor
  const coarse = state.zone.level ? `, each of ${Math.round(fx)} × ${Math.round(fy)} native ones` : ''
  return `The chosen area: mean, lowest to highest, ${n} pixels${coarse}`
}

interface Inside {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
}

/** Return what is known of a band inside an area, in physical numbers. */
function inside(zone: (ZoneState & { kind: 'known' })['zone'], { index, scale, offset }: Band): Inside {
  const band = zone.bands.find((one) => one.band === index)
  const physical = (value: unknown) => (typeof value === 'number' ? value * scale + offset : null)
  return { mean: physical(band?.mean), low: physical(band?.minimum), high: physical(band?.maximum) }
}

function numberOf(value: number | string | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function readable(value: number): string {
  return String(Number(value.toPrecision(6)))
}
