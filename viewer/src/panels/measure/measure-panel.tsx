import { useEffect, useState } from 'preact/hooks'
import type { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import type { Stage } from '../../views/stage'
import { IconButton } from '../kit/button'
import type { PanelProps } from '../panel'
import './measure-panel.css'

/** Milliseconds that the pointer rests before PROJ is asked. */
const REST_MS = 80
/** Vertices that the server measures at once. */
const MOST = 2000

/** What PROJ says of a path. */
interface Exact {
  readonly of: Geometry
  readonly legs_m: readonly number[]
  readonly length_m: number
  readonly area_m2: number | null
}

/** What the measuring tool has measured, in full, to be read and copied. */
export function MeasurePanel({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const made = bench.tool.value.family === 'measure' ? stage.hand.made.value : null
  const isOnEarth = stage.scale.ground.value !== null
  const exact = useExact(bench, made, isOnEarth)
  if (!made) return null
  const rows = exact?.of === made ? rowsOf(exact) : stage.scale.inWords(made)
  const copy = () => {
    const text = rows.map(([name, value]) => `${name}: ${value}`).join('\n')
    navigator.clipboard.writeText(text).then(
      () => bench.toasts.ok('The measures are in the clipboard.'),
      () => bench.toasts.tell(text),
    )
  }
  return (
    <section
      class="measure-panel"
      aria-label="Measured"
      data-exact={exact?.of === made || undefined}
      data-beside={bench.typed.isOpen.value || undefined}
    >
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">{value}</dd>
          </div>
        ))}
      </dl>
      <IconButton icon="copy" size={22} label="Copy the measures" onClick={copy} />
      <p class="dim">{groundOf(stage)}</p>
    </section>
  )
}

/** Return what the numbers are of. */
function groundOf({ scale, place }: Stage): string {
  if (scale.ground.value) return 'on the ellipsoid WGS 84, by PROJ'
  return place.affine ? 'in units of the file' : 'in pixels of the image'
}

/** Return what PROJ says once the pointer rests; the numbers of the moment are the viewer's own until then. */
function useExact(bench: PanelProps['bench'], made: Geometry | null, isOnEarth: boolean): Exact | null {
  const [exact, setExact] = useState<Exact | null>(null)
  useEffect(() => {
    const path = made && isOnEarth ? pathOf(made) : null
    if (!made || !path || path.length < 2 || path.length > MOST) return
    const asking = new AbortController()
    const ask = async () => {
      const question = {
        frame: made.frame,
        positions: path.map(([x, y]): [number, number] => [x, y]),
        is_closed: made.kind === 'polygon',
      }
      setExact({ of: made, ...(await bench.session.api.measure(question, asking.signal)) })
    }
    const timer = setTimeout(() => void ask().catch(() => {}), REST_MS) // without an answer the approximation stays
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [made, isOnEarth])
  return exact
}

function pathOf(geometry: Geometry): readonly Position[] | null {
  if (geometry.kind === 'polygon') return geometry.exterior as readonly Position[]
  return geometry.kind === 'polyline' ? (geometry.path as readonly Position[]) : null
}

function rowsOf({ legs_m, length_m, area_m2 }: Exact): readonly (readonly [string, string])[] {
  const metres = (value: number) => `${value.toLocaleString('en', { maximumFractionDigits: 3 })} m`
  const rows: [string, string][] = []
  if (legs_m.length > 1 && area_m2 === null) rows.push(['Last segment', metres(legs_m.at(-1)!)])
  rows.push([area_m2 === null ? 'Length' : 'Perimeter', metres(length_m)])
  if (area_m2 !== null)
    rows.push(['Area', `${area_m2.toLocaleString('en', { maximumFractionDigits: 3 })} m²`])
  return rows
}
