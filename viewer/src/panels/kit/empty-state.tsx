import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon'
import './empty-state.css'

interface EmptyStateProps {
  readonly icon: IconName
  readonly title: string
  /** What to do so that it is not empty any more. */
  readonly children: ComponentChildren
  readonly actions?: ComponentChildren
}

/** Nothing is here yet, and how something comes. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <section class="kit-empty">
      <Icon name={icon} size={40} />
      <h2>{title}</h2>
      <div>{children}</div>
      {actions && <div class="kit-empty-actions">{actions}</div>}
    </section>
  )
}
