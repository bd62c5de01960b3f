import { useComputed } from '@preact/signals'
import { Ground } from '../../math/ground'
import type { Stage } from '../../views/stage'

/** Longest bar in CSS pixels. */
const LONGEST = 120

/** How long things are on the screen: a bar of a round length on the ground, or of a round number of pixels. */
export function ScaleBar({ stage }: { readonly stage: Stage }) {
  const unitsPerPixel = useComputed(() => stage.view.camera.value.unitsPerPixel).value
  const ground = stage.scale.ground.value
  const perPixel = ground ? Ground.metresPerUnit(ground) * unitsPerPixel : unitsPerPixel
  const length = roundBelow(perPixel * LONGEST)
  const unit = stage.place.affine ? 'units' : 'px'
  return (
    <div class="scale-bar mono" aria-hidden="true" style={{ width: `${length / perPixel}px` }}>
      {ground ? metres(length) : `${length} ${unit}`}
    </div>
  )
}

/** Return the largest of 1, 2, 5 times a power of ten that is not above a number. */
function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const digit = [5, 2, 1].find((d) => d * power <= value) ?? 1
  return digit * power
}

function metres(value: number): string {
  if (value >= 1000) return `${value / 1000} km`
  return value >= 1
    ? `${value} m`
    : value >= 0.01
      ? `${Math.round(value * 100)} cm`
      : `${Math.round(value * 1000)} mm`
}
