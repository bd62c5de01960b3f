import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Id } from '../../model/id'
import type { PanelProps } from '../panel'
import { openOnMap } from './address'
import type { Card } from './card'
import { WallCard } from './wall-card'

/** Screen pixels between cards, and of the line below a crop. */
const GAP = 8
const CAPTION = 22
/** Rows above and below what is seen, so that scrolling meets no gap. */
const SPARE = 1
/** Who scrolls further than this in one step looks for another place: pictures wait until the wall stands still. */
const FAST_PX = 700
const REST_MS = 90
/** Screen pixels after which a press is a drag. */
const DRAG_PX = 4

interface Band {
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
}

/** The cards, of which only those in sight exist. One tab stop; keys are commands of the wall. */
export function WallCards({ bench }: PanelProps) {
  const { wall, session } = bench
  const ref = useRef<HTMLDivElement>(null)
  const id = useId()
  const [top, setTop] = useState(wall.scrolled)
  const [room, setRoom] = useState<readonly [number, number]>([800, 600])
  const [isFast, setFast] = useState(false)
  const [band, setBand] = useState<Band | null>(null)
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const size = wall.size.value
  const [step, height] = [size + GAP, size + CAPTION + GAP]
  const columns = Math.max(1, Math.floor((room[0] - GAP) / step))
  const cards = wall.index.cards.value
  const cursor = wall.cursor.value
  const at = wall.placeOf(cursor)
  const from = Math.max(0, Math.floor(top / height) - SPARE) * columns
  const to = Math.min(cards.length, (Math.ceil((top + room[1]) / height) + SPARE) * columns)
  const chosen = new Set(session.selection.ids.value)

  useLayoutEffect(() => {
    const list = ref.current!
    const watch = new ResizeObserver(() => setRoom([list.clientWidth, list.clientHeight]))
    watch.observe(list)
    list.scrollTop = wall.scrolled
    list.focus({ preventScroll: true })
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    wall.layout.value = { columns, rows: Math.max(1, Math.floor(room[1] / height)) }
  }, [columns, height, room])
  useEffect(() => {
    if (at < 0) return
    const list = ref.current!
    const [first, last] = [Math.floor(at / columns) * height, (Math.floor(at / columns) + 1) * height]
    if (first < list.scrollTop) list.scrollTop = first
    else if (last > list.scrollTop + list.clientHeight) list.scrollTop = last - list.clientHeight
  }, [at, columns, height])

  const scroll = (now: number) => {
    if (Math.abs(now - wall.scrolled) > FAST_PX) setFast(true)
    wall.scrolled = now
    clearTimeout(rest.current)
    rest.current = setTimeout(() => setFast(false), REST_MS)
    setTop(now)
  }
  const place = (event: PointerEvent): readonly [number, number] => {
    const list = ref.current!
    const box = list.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top + list.scrollTop]
  }
  const click = (event: MouseEvent) => {
    const card = cardAt(event)
    if (card === null) session.selection.set()
    else wall.choose(card, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'one')
  }
  const drop = (event: PointerEvent) => {
    if (!band) return
    setBand(null)
    if (!isDrag(band)) return click(event)
    const isMore = event.ctrlKey || event.metaKey || event.shiftKey
    wall.chooseAll(within(cards, band, columns, step, height, size), isMore)
  }
  return (
    <div
      ref={ref}
      class="wall-cards"
      role="listbox"
      aria-label="Crops"
      aria-multiselectable="true"
      aria-activedescendant={at >= from && at < to ? `${id}-${at}` : undefined}
      tabIndex={0}
      onScroll={(event) => scroll(event.currentTarget.scrollTop)}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.offsetX > event.currentTarget.clientWidth) return
        event.preventDefault() // no picture is dragged, no text chosen
        event.currentTarget.focus({ preventScroll: true })
        event.currentTarget.setPointerCapture(event.pointerId)
        const start = place(event)
        setBand({ from: start, to: start })
      }}
      onPointerMove={(event) => band && setBand({ ...band, to: place(event) })}
      onPointerUp={drop}
      onPointerCancel={() => setBand(null)}
      onDblClick={(event) => void openOnMap(bench, cardAt(event) ?? cursor)}
    >
      <div role="presentation" style={{ height: `${Math.ceil(cards.length / columns) * height + GAP}px` }}>
        {cards.slice(from, to).map((card, offset) => {
          const i = from + offset
          return (
            <div
              key={card.id}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              data-id={card.id}
              data-state={card.state}
              data-active={i === at || undefined}
              aria-selected={chosen.has(card.id)}
              aria-setsize={cards.length}
              aria-posinset={i + 1}
              style={{
                left: `${GAP + (i % columns) * step}px`,
                top: `${GAP + Math.floor(i / columns) * height}px`,
                width: `${size}px`,
                height: `${size + CAPTION}px`,
              }}
            >
              <WallCard bench={bench} card={card} isWaiting={isFast} />
            </div>
          )
        })}
        {band && isDrag(band) && <div class="wall-band" role="presentation" style={boxOf(band)} />}
      </div>
    </div>
  )
}

function isDrag({ from, to }: Band): boolean {
  return Math.hypot(to[0] - from[0], to[1] - from[1]) > DRAG_PX
}

/** Return the card under the pointer: while the pointer is held by the list, events do not name it. */
function cardAt(event: MouseEvent): Id | null {
  const found = document.elementFromPoint(event.clientX, event.clientY)
  return found?.closest<HTMLElement>('[data-id]')?.dataset.id ?? null
}

function boxOf({ from, to }: Band) {
  return {
    left: `${Math.min(from[0], to[0])}px`,
    top: `${Math.min(from[1], to[1])}px`,
    width: `${Math.abs(to[0] - from[0])}px`,
    height: `${Math.abs(to[1] - from[1])}px`,
  }
}

/** Return the cards that a rectangle meets. */
function within(
  cards: readonly Card[],
  { from, to }: Band,
  columns: number,
  step: number,
  height: number,
  size: number,
): readonly Card[] {
  const [left, right] = [from[0], to[0]].toSorted((a, b) => a - b) as [number, number]
  const [upper, lower] = [from[1], to[1]].toSorted((a, b) => a - b) as [number, number]
  const firstRow = Math.max(0, Math.floor((upper - GAP) / height))
  const lastRow = Math.floor((lower - GAP) / height)
  return cards.slice(firstRow * columns, (lastRow + 1) * columns).filter((_, k) => {
    const x = GAP + (k % columns) * step
    const y = GAP + (firstRow + Math.floor(k / columns)) * height
    return x <= right && x + size >= left && y <= lower && y + size + CAPTION >= upper
  })
}
