import { useSignalEffect } from '@preact/signals'
import { Icon } from '../kit/icon'
import type { Workbench } from '../workbench'

interface SwipeHandleProps {
  readonly bench: Workbench
}

const STEP = 0.02
const LEAP = 0.1

/** The border between two looks: dragged, or moved by arrow keys. */
export function SwipeHandle({ bench }: SwipeHandleProps) {
  const { comparison, stage } = bench
  useSignalEffect(() => stage.value?.view.swipe(comparison.share.value))
  const share = comparison.share.value
  const move = (to: number) => {
    comparison.share.value = Math.max(0, Math.min(1, to))
  }
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const box = event.currentTarget.parentElement!.getBoundingClientRect()
    move((event.clientX - box.left) / box.width)
  }
  const key = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LEAP : STEP
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: share - step,
      ArrowDown: share - step,
      ArrowRight: share + step,
      ArrowUp: share + step,
      Home: 0,
      End: 1,
    }
    if (to[event.key] === undefined) return
    event.preventDefault()
    event.stopPropagation()
    move(to[event.key]!)
  }
  return (
    <div
      class="swipe-handle"
      role="slider"
      tabIndex={0}
      aria-label="Border between what is compared"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * share)}
      aria-valuetext={`${Math.round(100 * share)} % of the map`}
      style={{ left: `${100 * share}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={key}
    >
      <span>
        <Icon name="chevron-left" size={11} />
        <Icon name="chevron-right" size={11} />
      </span>
    </div>
  )
}
