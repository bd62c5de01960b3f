import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../kit/button'
import { Icon } from '../kit/icon'

interface EyeProps {
  readonly isVisible: boolean
  readonly name: string
  readonly disabled?: boolean
  readonly onToggle: () => void
}

/** Shows or hides a layer. */
export function Eye({ isVisible, name, disabled, onToggle }: EyeProps) {
  return (
    <IconButton
      icon={isVisible ? 'eye' : 'eye-off'}
      size={22}
      label={`${isVisible ? 'Hide' : 'Show'} ${name}`}
      disabled={disabled ?? false}
      onClick={onToggle}
    />
  )
}

interface OpenerProps {
  readonly isOpen: boolean
  /** What the pointer reads; the name without it. */
  readonly hint?: string
  readonly onToggle: () => void
  readonly children: string
}

/** The name of a layer, which opens what can be said of it. */
export function Opener({ isOpen, hint, onToggle, children }: OpenerProps) {
  const ref = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isOpen) ref.current?.closest('li')?.scrollIntoView({ block: 'nearest' })
  }, [isOpen])
  return (
    <button
      ref={ref}
      type="button"
      class="layer-title"
      aria-expanded={isOpen}
      title={hint ?? children}
      onClick={onToggle}
    >
      <span class="ellipsis">{children}</span>
      <Icon name={isOpen ? 'chevron-up' : 'chevron-down'} size={12} />
    </button>
  )
}
