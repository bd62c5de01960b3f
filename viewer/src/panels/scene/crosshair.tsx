import { Camera } from '../../views/camera'
import type { Stage } from '../../views/stage'
import type { PanelProps } from '../panel'

/** Lines through the pointer across the whole view, for whoever aims along edges. */
export function Crosshair({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const position = stage.view.pointer.value
  if (!bench.isCrosshairOn.value || !position) return null
  const [x, y] = Camera.toScreen(stage.view.camera.value, position)
  return (
    <div class="crosshair" aria-hidden="true">
      <i style={{ transform: `translateY(${Math.round(y)}px)` }} />
      <i style={{ transform: `translateX(${Math.round(x)}px)` }} />
    </div>
  )
}
