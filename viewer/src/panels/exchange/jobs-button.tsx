import { useRef, useState } from 'preact/hooks'
import { BASE, type Job } from '../../api/client'
import { IconButton } from '../kit/button'
import { Icon, type IconName } from '../kit/icon'
import { Popover } from '../kit/popover'
import { ProgressBar } from '../kit/progress'
import type { Toasts } from '../kit/toasts'
import { JobBoard } from './job-board'
import './jobs-button.css'

interface JobsProps {
  readonly board: JobBoard
  readonly toasts: Toasts
}

const MOST_ENDED = 8

const ICON: { readonly [S in NonNullable<Job['state']>]: IconName } = {
  queued: 'clock',
  running: 'spinner',
  done: 'check',
  failed: 'error',
  cancelled: 'close',
  interrupted: 'warning',
}

/** The button of the top bar that says how much work is under way, and lists it. */
export function JobsButton({ board, toasts }: JobsProps) {
  const anchor = useRef<HTMLSpanElement>(null)
  const [isOpen, setOpen] = useState(false)
  const n = board.running.value.length
  const label = n ? `${n} ${n === 1 ? 'job is' : 'jobs are'} running` : 'Jobs'
  return (
    <span class="jobs-button" ref={anchor}>
      <IconButton
        icon={n ? 'spinner' : 'activity'}
        label={label}
        isOn={isOpen || n > 0}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <Popover anchor={anchor.current!} label="Jobs" onClose={() => setOpen(false)}>
          <JobList board={board} toasts={toasts} />
        </Popover>
      )}
    </span>
  )
}

function JobList({ board, toasts }: JobsProps) {
  const ended = board.jobs.value.filter((job) => JobBoard.hasEnded(job)).slice(0, MOST_ENDED)
  const shown = [...board.running.value, ...ended]
  return (
    <div class="jobs-list" tabIndex={-1}>
      <h2>Jobs</h2>
      {shown.length === 0 && <p class="none">Nothing runs. Exports, imports and overviews appear here.</p>}
      {shown.map((job) => (
        <JobRow
          key={job.id}
          job={job}
          onCancel={() => board.cancel(job.id).catch((error) => toasts.error(error))}
        />
      ))}
    </div>
  )
}

/** One job: what it does, how far it is, why it failed, what it made. */
export function JobRow({ job, onCancel }: { readonly job: Job; readonly onCancel: () => void }) {
  const { title, state = 'queued', progress = 0 } = job
  const url = state === 'done' ? downloadOf(job) : null
  const said = job.problem?.detail ?? (state === 'queued' ? 'waits for its turn' : job.message)
  return (
    <div class="job" data-state={state}>
      <Icon name={ICON[state]} size={14} title={state} />
      <span class="ellipsis">{title}</span>
      {!JobBoard.hasEnded(job) && (
        <IconButton icon="close" label={`Cancel: ${title}`} size={22} onClick={onCancel} />
      )}
      {url && (
        <a href={url} download>
          Download
        </a>
      )}
      {!JobBoard.hasEnded(job) && (
        <ProgressBar fraction={state === 'queued' || progress === 0 ? null : progress} label={title} />
      )}
      {said && state !== 'done' && <p>{said}</p>}
    </div>
  )
}

/** Return where the file of a finished export is; null where a job makes none, or has not yet. */
export function downloadOf(job: Job): string | null {
  return job.kind === 'export' && job.state === 'done'
    ? `${BASE}/api/exports/${encodeURIComponent(job.id)}`
    : null
}
