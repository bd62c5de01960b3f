import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { placeBeside, type Side } from './place'
import './popover.css'

interface PopoverProps {
  /** What it belongs to and stands beside. */
  readonly anchor: HTMLElement
  readonly side?: Side
  readonly label: string
  readonly role?: 'dialog' | 'presentation'
  /** Esc, or a press elsewhere. It is open for as long as it is rendered. */
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A panel above everything else, beside its anchor; the first thing in it gets the focus, and the anchor at the end. */
export function Popover({ anchor, side = 'below', label, role = 'dialog', onClose, children }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null)
  const leave = useRef(onClose)
  leave.current = onClose

  useLayoutEffect(() => {
    const panel = ref.current!
    // without the top layer (old browsers) it still stands at its place by its z-index
    panel.showPopover?.()
    const place = () => {
      const room = { width: innerWidth, height: innerHeight }
      panel.style.maxHeight = `${room.height - 16}px`
      const size = { width: panel.offsetWidth, height: panel.offsetHeight }
      const { left, top } = placeBeside(anchor.getBoundingClientRect(), size, room, side)
      Object.assign(panel.style, { left: `${left}px`, top: `${top}px` })
    }
    place()
    addEventListener('resize', place)
    addEventListener('scroll', place, true)
    return () => {
      removeEventListener('resize', place)
      removeEventListener('scroll', place, true)
    }
  }, [anchor, side])

  useEffect(() => {
    const panel = ref.current!
    const first = panel.querySelector<HTMLElement>(
      '[autofocus], button:not(:disabled), input, select, [tabindex]',
    )
    first?.focus()
    const press = (event: PointerEvent) => {
      const target = event.target as Node
      if (!panel.contains(target) && !anchor.contains(target)) leave.current()
    }
    const leaveByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      // only this panel closes, not the dialog that it stands in
      event.preventDefault()
      event.stopPropagation()
      leave.current()
    }
    panel.addEventListener('keydown', leaveByKey)
    document.addEventListener('pointerdown', press, true)
    return () => {
      document.removeEventListener('pointerdown', press, true)
      if (panel.contains(document.activeElement) || document.activeElement === document.body) anchor.focus()
    }
  }, [anchor])

  return (
    <div
      ref={ref}
      class="kit-popover"
      popover="manual"
      {...(role === 'dialog' ? { role, 'aria-label': label } : { role })}
    >
      {children}
    </div>
  )
}
