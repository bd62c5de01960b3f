import { useRef, useState } from 'preact/hooks'
import type { Family } from '../../tools/family'
import type { Tool } from '../../tools/tool'
import type { Keymap } from '../help/keymap'
import { Icon } from '../kit/icon'
import { walk } from '../kit/menu'
import { Popover } from '../kit/popover'
import type { Workbench } from '../workbench'

/** Milliseconds that the button is held before the variants open. */
const HOLD_MS = 350

/** Side of the corner, in screen pixels, where a click opens the variants. */
const CORNER_PX = 11

interface FamilyButtonProps {
  readonly bench: Workbench
  readonly keymap: Keymap
  readonly family: Family
}

/**
 * One place in the rail: the tool of a family that was used last, and behind it the others.
 *
 * They open by a long press, a right click, a click on the corner, or the arrow key to the right.
 */
export function FamilyButton({ bench, keymap, family }: FamilyButtonProps) {
  const button = useRef<HTMLButtonElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const wasHeld = useRef(false)
  const [isOpen, setOpen] = useState(false)
  const tool = bench.fronts.value.get(family.id) ?? family.tools[0]
  const isMany = family.tools.length > 1
  const keys = keysOf({ bench, keymap, family }, tool)
  const take = (taken: Tool) => {
    bench.tool.value = taken
  }
  const release = () => clearTimeout(timer.current)
  const press = (event: PointerEvent) => {
    wasHeld.current = false
    if (!isMany || event.button !== 0) return
    timer.current = setTimeout(() => {
      wasHeld.current = true
      setOpen(true)
    }, HOLD_MS)
  }
  const click = (event: MouseEvent) => {
    release()
    if (wasHeld.current) return
    if (isMany && isInCorner(event, button.current!)) setOpen(!isOpen)
    else take(tool)
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="tool"
        data-tool={tool.id}
        data-keys={keys?.replace('Shift+', '⇧')}
        data-family={isMany ? family.id : undefined}
        aria-pressed={bench.tool.value.id === tool.id}
        aria-label={tool.title}
        aria-keyshortcuts={keys}
        {...(isMany ? { 'aria-haspopup': 'menu', 'aria-expanded': isOpen } : {})}
        title={`${tool.title}${keys ? ` (${keys})` : ''}\n${tool.hint}${isMany ? '\nRight click or hold: more ways' : ''}`}
        onPointerDown={press}
        onPointerUp={release}
        onPointerLeave={release}
        onClick={click}
        onContextMenu={(event) => {
          event.preventDefault()
          release()
          if (isMany) setOpen(true)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight' && isMany) setOpen(true)
        }}
      >
        <Icon name={tool.icon} size={18} />
        {isMany && <span class="tool-corner" />}
      </button>
      {isOpen && (
        <Popover
          anchor={button.current!}
          side="right"
          label="Ways to draw"
          role="presentation"
          onClose={() => setOpen(false)}
        >
          <Variants
            family={family}
            current={tool}
            keys={keymap.shown(`family.${family.id}`)}
            onTake={(taken) => {
              setOpen(false)
              take(taken)
            }}
          />
        </Popover>
      )}
    </>
  )
}

interface VariantsProps {
  readonly family: Family
  readonly current: Tool
  readonly keys: string | undefined
  readonly onTake: (tool: Tool) => void
}

/** The tools of a family with what each does. */
function Variants({ family, current, keys, onTake }: VariantsProps) {
  return (
    <div class="kit-menu tool-variants" role="menu" aria-label="Ways to draw" onKeyDown={walk}>
      {family.tools.map((tool) => (
        <button
          key={tool.id}
          type="button"
          role="menuitemradio"
          aria-checked={tool === current}
          data-variant={tool.id}
          title={tool.hint}
          onClick={() => onTake(tool)}
        >
          <Icon name={tool.icon} size={16} />
          {tool.title}
        </button>
      ))}
      {keys && (
        <p>
          <kbd>{keys}</kbd> takes it, <kbd>{keys}</kbd> again the next
        </p>
      )}
    </div>
  )
}

function keysOf({ bench, keymap, family }: FamilyButtonProps, tool: Tool): string | undefined {
  if (bench.lastDrawn.value.id === tool.id) return keymap.shown('tool.again')
  return keymap.shown(`tool.${tool.id}`) ?? keymap.shown(`family.${family.id}`)
}

function isInCorner(event: MouseEvent, button: HTMLElement): boolean {
  if (event.detail === 0) return false // by key: the click has no place
  const { right, bottom } = button.getBoundingClientRect()
  return right - event.clientX < CORNER_PX && bottom - event.clientY < CORNER_PX
}
