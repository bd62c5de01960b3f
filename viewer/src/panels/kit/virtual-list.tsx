import type { ComponentChildren } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import './virtual-list.css'

interface VirtualListProps<T, K extends string | number> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => K
  /** Px, of every row. */
  readonly rowHeight: number
  readonly chosen: ReadonlySet<K>
  /** A row was pressed, or reached with the keys; the event says whether Ctrl or Shift was held. */
  readonly onChoose: (key: K, event: MouseEvent | KeyboardEvent) => void
  /** Enter or a double click. */
  readonly onOpen?: (key: K) => void
  readonly children: (item: T) => ComponentChildren
}

/** Rows above and below what is seen, so that scrolling meets no gap. */
const SPARE = 6
/** Before the first layout is known. */
const FIRST_HEIGHT = 600

/** A list of any length of which only the visible rows exist. One tab stop; the arrow keys move the choice. */
export function VirtualList<T, K extends string | number>(props: VirtualListProps<T, K>) {
  const { label, items, keyOf, rowHeight, chosen, onChoose, onOpen } = props
  const ref = useRef<HTMLDivElement>(null)
  const id = useId()
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  const [activeKey, setActiveKey] = useState<K | null>(null)

  useLayoutEffect(() => {
    const list = ref.current!
    const watch = new ResizeObserver(() => setHeight(list.clientHeight || FIRST_HEIGHT))
    watch.observe(list)
    return () => watch.disconnect()
  }, [])

  const last = [...chosen].at(-1)
  useEffect(() => {
    // chosen elsewhere (on the map): bring it into sight
    if (last === undefined || last === activeKey) return
    const index = items.findIndex((item) => keyOf(item) === last)
    if (index < 0) return
    setActiveKey(last)
    show(ref.current!, index, rowHeight)
  }, [last])

  const active = activeKey === null ? -1 : items.findIndex((item) => keyOf(item) === activeKey)
  const from = Math.max(0, Math.floor(top / rowHeight) - SPARE)
  const to = Math.min(items.length, Math.ceil((top + height) / rowHeight) + SPARE)

  const go = (index: number, event: KeyboardEvent) => {
    const at = Math.max(0, Math.min(items.length - 1, index))
    const item = items[at]
    if (item === undefined) return
    event.preventDefault()
    setActiveKey(keyOf(item))
    show(ref.current!, at, rowHeight)
    onChoose(keyOf(item), event)
  }

  return (
    <div
      ref={ref}
      class="kit-list"
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-activedescendant={active >= from && active < to ? `${id}-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const page = Math.max(1, Math.floor(height / rowHeight) - 1)
        if (event.key === 'ArrowDown') go(active + 1, event)
        else if (event.key === 'ArrowUp') go(active < 0 ? items.length - 1 : active - 1, event)
        else if (event.key === 'PageDown') go(active + page, event)
        else if (event.key === 'PageUp') go(active - page, event)
        else if (event.key === 'Home') go(0, event)
        else if (event.key === 'End') go(items.length - 1, event)
        else if (event.key === 'Enter' && activeKey !== null && active >= 0) onOpen?.(activeKey)
      }}
    >
      <div role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(from, to).map((item, offset) => {
          const index = from + offset
          const key = keyOf(item)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the list (aria-activedescendant)
            <div
              key={key}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={chosen.has(key)}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              data-active={index === active || undefined}
              style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
              onClick={(event) => {
                setActiveKey(key)
                onChoose(key, event)
                ref.current?.focus({ preventScroll: true })
              }}
              onDblClick={() => onOpen?.(key)}
            >
              {props.children(item)}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Scroll as little as needed to see a row. */
function show(list: HTMLElement, index: number, rowHeight: number): void {
  const [first, last] = [index * rowHeight, (index + 1) * rowHeight]
  if (first < list.scrollTop) list.scrollTop = first
  else if (last > list.scrollTop + list.clientHeight) list.scrollTop = last - list.clientHeight
}
