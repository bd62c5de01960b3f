import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon'
import './button.css'

interface ButtonProps {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'ghost'
  readonly icon?: IconName | undefined
  /** Work is under way: a turning mark instead of the icon, and no second click. */
  readonly isBusy?: boolean | undefined
  readonly disabled?: boolean | undefined
  readonly title?: string | undefined
  readonly type?: 'button' | 'submit'
  readonly onClick?: ((event: MouseEvent) => void) | undefined
  readonly children: ComponentChildren
}

/** A button with words. */
export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, isBusy = false, disabled = false, type = 'button', title, onClick } = props
  return (
    <button
      class="kit-button"
      type={type}
      data-kind={kind}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      title={title}
      onClick={onClick}
    >
      {isBusy ? <Icon name="spinner" size={14} /> : icon && <Icon name={icon} size={14} />}
      {props.children}
    </button>
  )
}

interface IconButtonProps {
  readonly icon: IconName | (string & {})
  /** What it does: its name for screen readers, and its tip. */
  readonly label: string
  /** Keys that do the same, shown in the tip. */
  readonly keys?: string | undefined
  /** Where it is a switch: whether it is on. */
  readonly isOn?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** Width and height, px. */
  readonly size?: number
  readonly onClick?: ((event: MouseEvent) => void) | undefined
}

/** A square button with an icon only. */
export function IconButton({
  icon,
  label,
  keys,
  isOn,
  disabled = false,
  size = 28,
  onClick,
}: IconButtonProps) {
  return (
    <button
      class="kit-icon-button"
      type="button"
      style={{ width: `${size}px`, height: `${size}px` }}
      aria-label={label}
      aria-pressed={isOn}
      title={keys ? `${label} (${keys})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} size={Math.round(size * 0.58)} />
    </button>
  )
}

/** Keys drawn as keys: `Ctrl+Shift+Z`. */
export function Kbd({ keys }: { readonly keys: string }) {
  const parts = keys === '+' ? ['+'] : keys.split('+')
  return (
    <span class="kit-kbd">
      {parts.map((part) => (
        <kbd key={part}>{part}</kbd>
      ))}
    </span>
  )
}
