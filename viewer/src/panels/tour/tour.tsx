import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Keymap } from '../help/keymap'
import { Button, Kbd } from '../kit/button'
import { placeBeside, type Rect } from '../kit/place'
import { STEPS } from './steps'
import './tour.css'

interface TourProps {
  readonly keymap: Keymap
  readonly onEnd: () => void
}

/** A walk around the window, one card after the other; it can be left at any time and is nobody's way. */
export function Tour({ keymap, onEnd }: TourProps) {
  const [at, setAt] = useState(0)
  const step = STEPS[at]!
  const about = useRect(step.about)
  const card = useRef<HTMLElement>(null)
  const [place, setPlace] = useState({ left: 0, top: 0 })
  useLayoutEffect(() => {
    const { width, height } = card.current!.getBoundingClientRect()
    const room = { width: innerWidth, height: innerHeight }
    setPlace(
      about
        ? placeBeside(about, { width, height }, room, step.side)
        : { left: (room.width - width) / 2, top: (room.height - height) / 2 },
    )
    card.current!.focus({ preventScroll: true })
  }, [at, about?.left, about?.top, about?.width, about?.height])
  useEffect(() => {
    const before = document.activeElement
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const isLast = at === STEPS.length - 1
  const go = (by: number) => {
    if (at + by >= STEPS.length) onEnd()
    else setAt(Math.max(0, at + by))
  }
  const keys = step.commands.flatMap((id) => {
    const [title, shown] = [keymap.commands.get(id)?.title, keymap.shown(id)]
    return title && shown ? [{ title, shown }] : []
  })
  return (
    <>
      {about && (
        <div
          class="tour-ring"
          aria-hidden="true"
          style={{
            left: `${about.left - 3}px`,
            top: `${about.top - 3}px`,
            width: `${about.width + 6}px`,
            height: `${about.height + 6}px`,
          }}
        />
      )}
      <section
        ref={card}
        class="tour"
        role="dialog"
        aria-label="Tour"
        aria-describedby="tour-text"
        tabIndex={-1}
        style={{ left: `${place.left}px`, top: `${place.top}px` }}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
          if (event.key === 'Enter' && event.target === card.current) go(1)
          else if (event.key === 'Escape') onEnd()
          else if (by) go(by)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      >
        <div id="tour-text" role="status">
          <h2>{step.title}</h2>
          <p>{step.text}</p>
        </div>
        {keys.length > 0 && (
          <dl>
            {keys.map(({ title, shown }) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd>
                  <Kbd keys={shown} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        <footer>
          <span class="dim mono">
            {at + 1} of {STEPS.length}
          </span>
          <Button kind="ghost" onClick={onEnd}>
            Skip the tour
          </Button>
          {at > 0 && <Button onClick={() => go(-1)}>Back</Button>}
          <Button kind="primary" onClick={() => go(1)}>
            {isLast ? 'Begin' : 'Next'}
          </Button>
        </footer>
      </section>
    </>
  )
}

/** Return where the first element of a selector is, while the window changes too; null where there is none. */
function useRect(selector: string): Rect | null {
  const [rect, setRect] = useState<Rect | null>(null)
  useLayoutEffect(() => {
    const look = () => {
      const found = selector.split(', ').map((one) => document.querySelector(one))
      setRect(found.find((element) => element !== null)?.getBoundingClientRect() ?? null)
    }
    look()
    addEventListener('resize', look)
    return () => removeEventListener('resize', look)
  }, [selector])
  return rect
}
