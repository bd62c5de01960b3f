import { ProgressBar } from '../kit/progress'
import type { JobBoard } from './job-board'

interface JobProgressProps {
  readonly board: JobBoard
  readonly id: string
  readonly label: string
}

/** How far a job is, in a dialog that waits for it. */
export function JobProgress({ board, id, label }: JobProgressProps) {
  const job = board.jobs.value.find((known) => known.id === id)
  const progress = job?.progress ?? 0
  const said = job?.message || (job?.state === 'running' ? 'working' : 'waits for its turn')
  return (
    <div class="exchange-progress" aria-live="polite">
      <p>{label}</p>
      <ProgressBar fraction={progress > 0 ? progress : null} label={label} />
      <p class="dim mono">{progress > 0 ? `${Math.floor(100 * progress)} %, ${said}` : said}</p>
    </div>
  )
}
