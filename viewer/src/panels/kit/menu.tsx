import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Kbd } from './button'
import { Icon, type IconName } from './icon'
import type { Side } from './place'
import { Popover } from './popover'

/** A line of a menu. */
export type MenuEntry =
  | 'line'
  | {
      readonly id: string
      readonly title: string
      readonly icon?: IconName
      readonly keys?: string
      readonly isDanger?: boolean
      readonly disabled?: boolean
      /** Where it is a switch: whether it is on. */
      readonly isOn?: boolean
      readonly run: () => void
    }

interface MenuProps {
  readonly label: string
  readonly icon?: IconName
  /** What the button shows; without it only the icon. */
  readonly trigger?: ComponentChildren
  readonly side?: Side
  /** Width and height of a button without a trigger, px. */
  readonly size?: number
  readonly entries: readonly MenuEntry[]
}

/** A button that opens a list of acts. Arrow keys walk through it, letters jump, Esc leaves. */
export function Menu({ label, icon = 'more', trigger, side = 'below', size = 28, entries }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button
        ref={button}
        type="button"
        class={trigger ? 'kit-button' : 'kit-icon-button'}
        data-kind="ghost"
        style={trigger ? {} : { width: `${size}px`, height: `${size}px` }}
        aria-label={trigger ? undefined : label}
        title={trigger ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={(event) => {
          event.stopPropagation()
          setOpen(!isOpen)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setOpen(true)
        }}
      >
        {trigger ?? <Icon name={icon} />}
      </button>
      {isOpen && (
        <Popover
          anchor={button.current!}
          side={side}
          label={label}
          role="presentation"
          onClose={() => setOpen(false)}
        >
          <MenuList label={label} entries={entries} onDone={() => setOpen(false)} />
        </Popover>
      )}
    </>
  )
}

/** The acts of a menu, as the list that opens. */
export function MenuList({
  label,
  entries,
  onDone,
}: {
  readonly label: string
  readonly entries: readonly MenuEntry[]
  readonly onDone: () => void
}) {
  return (
    <div class="kit-menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={walk}>
      {entries.map((entry, index) =>
        entry === 'line' ? (
          <hr key={index} />
        ) : (
          <button
            key={entry.id}
            type="button"
            {...(entry.isOn === undefined
              ? { role: 'menuitem' }
              : { role: 'menuitemcheckbox', 'aria-checked': entry.isOn })}
            data-danger={entry.isDanger || undefined}
            disabled={entry.disabled}
            onClick={(event) => {
              event.stopPropagation()
              onDone()
              entry.run()
            }}
          >
            <span>
              {entry.isOn ? (
                <Icon name="check" size={14} />
              ) : (
                entry.icon && <Icon name={entry.icon} size={14} />
              )}
            </span>
            {entry.title}
            {entry.keys && <Kbd keys={entry.keys} />}
          </button>
        ),
      )}
    </div>
  )
}

/** Lead the focus through the buttons of a list by arrow keys, Home, End and first letters. */
export function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey ? event.key.toLowerCase() : null
  const order = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)]
  const to =
    event.key === 'ArrowDown'
      ? order[0]
      : event.key === 'ArrowUp'
        ? buttons.at(at <= 0 ? -1 : at - 1)
        : event.key === 'Home'
          ? buttons[0]
          : event.key === 'End'
            ? buttons.at(-1)
            : letter?.trim() &&
              order.find((button) => button.textContent?.trim().toLowerCase().startsWith(letter))
  if (!to) return
  event.preventDefault()
  to.focus()
}
