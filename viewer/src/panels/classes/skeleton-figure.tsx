import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Skeleton, type Spot } from '../../model/skeleton'

/** Screen pixels that a drag must span to be one. */
const DRAG_PX = 4
/** How far an arrow key moves a point; with Shift held. */
const STEP = 0.02
const LARGE_STEP = 0.1
const ARROWS: { readonly [key: string]: Spot } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

interface SkeletonFigureProps {
  readonly skeleton: Skeleton
  /** The point that is chosen; null = none. */
  readonly chosen: number | null
  /** Address of a picture behind it. */
  readonly picture: string | null
  readonly onChoose: (point: number | null) => void
  readonly onChange: (skeleton: Skeleton) => void
}

/**
 * The figure of a skeleton: a click on free ground adds a point, a drag moves one, a click on one and then on another joins
 * them or parts them again. By keys: Tab from point to point, Enter begins and ends a bone, arrows move, Del removes.
 */
export function SkeletonFigure({ skeleton, chosen, picture, onChoose, onChange }: SkeletonFigureProps) {
  const figure = useRef<HTMLFieldSetElement>(null)
  const held = useSignal<{ readonly point: number; readonly isMoved: boolean } | null>(null)
  const spots = Skeleton.spots(skeleton)
  const spotAt = (event: PointerEvent): Spot => {
    const { left, top, width, height } = figure.current!.getBoundingClientRect()
    return [(event.clientX - left) / width, (event.clientY - top) / height]
  }
  const pick = (point: number) => {
    if (chosen === null || chosen === point) return onChoose(chosen === point ? null : point)
    onChange(Skeleton.toggled(skeleton, chosen, point))
    onChoose(point)
  }
  const pressed = (event: PointerEvent) => {
    if (event.button !== 0) return
    const point = pointOf(event.target)
    if (point === null) {
      const next = Skeleton.added(skeleton, spotAt(event))
      onChange(next)
      onChoose(next.names.length - 1)
    } else held.value = { point, isMoved: false }
    figure.current!.setPointerCapture(event.pointerId)
  }
  const moved = (event: PointerEvent) => {
    if (!held.value) return
    const { point, isMoved } = held.value
    const { width, height } = figure.current!.getBoundingClientRect()
    const [[x, y], [u, v]] = [spots[point]!, spotAt(event)]
    if (!isMoved && Math.hypot((u - x) * width, (v - y) * height) < DRAG_PX + 8) return
    held.value = { point, isMoved: true }
    onChange(Skeleton.moved(skeleton, point, [u, v]))
  }
  const released = () => {
    if (held.value && !held.value.isMoved) pick(held.value.point)
    held.value = null
  }
  const keyed = (event: KeyboardEvent, point: number) => {
    const arrow = ARROWS[event.key]
    if (arrow) {
      const by = event.shiftKey ? LARGE_STEP : STEP
      const [x, y] = spots[point]!
      onChange(Skeleton.moved(skeleton, point, [x + arrow[0] * by, y + arrow[1] * by]))
    } else if (event.key === 'Enter' || event.key === ' ') pick(point)
    else if (event.key === 'Delete') {
      onChange(Skeleton.removed(skeleton, point))
      onChoose(null)
    } else return
    if (!event.ctrlKey) event.preventDefault()
    event.stopPropagation()
  }
  return (
    <fieldset
      ref={figure}
      class="joints-figure"
      aria-label="Figure of the skeleton"
      onPointerDown={pressed}
      onPointerMove={moved}
      onPointerUp={released}
    >
      {picture && <img src={picture} alt="" draggable={false} />}
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {(skeleton.edges ?? []).map(([a, b]) => (
          <line
            key={`${a}-${b}`}
            x1={spots[a!]?.[0]}
            y1={spots[a!]?.[1]}
            x2={spots[b!]?.[0]}
            y2={spots[b!]?.[1]}
          />
        ))}
      </svg>
      {spots.map(([x, y], i) => (
        <button
          key={i}
          type="button"
          data-point={i}
          aria-pressed={chosen === i}
          aria-label={`${i + 1} ${skeleton.names[i]}`}
          title={skeleton.names[i]}
          style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
          onKeyDown={(event) => keyed(event, i)}
        >
          {i + 1}
        </button>
      ))}
    </fieldset>
  )
}

function pointOf(target: EventTarget | null): number | null {
  const point = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-point]') : null
  return point ? Number(point.dataset.point) : null
}
