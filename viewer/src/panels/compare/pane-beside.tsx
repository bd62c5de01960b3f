import { useEffect, useRef } from 'preact/hooks'
import { Camera } from '../../views/camera'
import type { Stage } from '../../views/stage'
import type { PanelProps } from '../panel'
import { attachBeside } from './beside'

/** The second view: it looks where the first one does, and shows where the pointer is in the other. */
export function PaneBeside({ bench }: PanelProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => attachBeside(bench, element.current!), [bench])
  const [first, second] = [bench.stage.value, bench.beside.value]
  return (
    <div class="pane-beside">
      <div ref={element} class="map" role="application" aria-label="What is compared" />
      {first && second && <Ghost from={first} to={second} />}
    </div>
  )
}

interface GhostProps {
  readonly from: Stage
  readonly to: Stage
}

/** A cross where the pointer is in the other view. */
export function Ghost({ from, to }: GhostProps) {
  const pointer = from.view.pointer.value
  if (!pointer) return null
  const [x, y] = Camera.toScreen(to.view.camera.value, pointer)
  return <span class="pane-ghost" aria-hidden="true" style={{ left: `${x}px`, top: `${y}px` }} />
}
