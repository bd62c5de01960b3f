import { Ground } from '../../math/ground'
import type { Stage } from '../../views/stage'

/** Where true north is in the middle of the view; gone where the frame leads to no place on Earth. */
export function NorthArrow({ stage }: { readonly stage: Stage }) {
  const ground = stage.scale.ground.value
  if (!ground) return null
  const turn = Ground.north(ground, stage.view.camera.value.isYDown)
  const said =
    Math.abs(turn) < 0.05
      ? 'North is up'
      : `North is ${Math.abs(turn).toFixed(1)}° to the ${turn > 0 ? 'right' : 'left'}`
  return (
    <svg
      class="north-arrow"
      width="30"
      height="38"
      viewBox="0 0 30 38"
      role="img"
      aria-label={said}
      data-turn={turn}
    >
      <title>{said}</title>
      <g transform={`rotate(${turn} 15 21)`}>
        <path d="M15 8l6 22-6-5z" class="north-dark" />
        <path d="M15 8L9 30l6-5z" class="north-light" />
        <text x="15" y="7">
          N
        </text>
      </g>
    </svg>
  )
}
