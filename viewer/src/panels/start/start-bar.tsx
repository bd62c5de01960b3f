import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { SessionInfo } from '../../api/client'
import type { JobBoard } from '../exchange/job-board'
import { JobsButton } from '../exchange/jobs-button'
import { Icon } from '../kit/icon'
import { Menu } from '../kit/menu'
import type { Toasts } from '../kit/toasts'
import './start-bar.css'

interface StartBarProps {
  readonly title: string
  readonly session: Signal<SessionInfo | null>
  readonly jobs: JobBoard
  readonly toasts: Toasts
  readonly tools?: ComponentChildren
  readonly onName: () => void
}

/** The top bar of the start page: where one is, what runs, who one is. */
export function StartBar({ title, session, jobs, toasts, tools, onName }: StartBarProps) {
  const who = session.value
  return (
    <header class="start-bar">
      <Mark />
      <strong>geo3d</strong>
      {title && (
        <>
          <span class="dim">/</span>
          <span class="ellipsis">{title}</span>
        </>
      )}
      <span class="start-bar-fill" />
      {tools}
      <JobsButton board={jobs} toasts={toasts} />
      {who?.name && (
        <Menu
          label="You"
          trigger={
            <>
              <Icon name="user" size={14} />
              {who.name}
              <Icon name="chevron-down" size={12} />
            </>
          }
          entries={[{ id: 'name', title: 'Work under another name…', icon: 'pencil', run: onName }]}
        />
      )}
    </header>
  )
}

/** The mark of geo3d: a polygon over a grid. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="4" />
      <path d="M1 10h18M10 1v18" />
      <path d="M5 13.5L7.5 5.5l7.5 2-1.5 7z" />
    </svg>
  )
}
