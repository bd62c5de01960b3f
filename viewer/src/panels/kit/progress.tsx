import './progress.css'

interface ProgressBarProps {
  /** 0 to 1; null = it is not known how much there is to do. */
  readonly fraction: number | null
  /** What is under way. */
  readonly label: string
  readonly tone?: 'accent' | 'ok' | 'danger'
}

/** How far something is. */
export function ProgressBar({ fraction, label, tone = 'accent' }: ProgressBarProps) {
  const percent = fraction === null ? undefined : Math.round(100 * Math.max(0, Math.min(1, fraction)))
  return (
    <div
      class="kit-progress"
      data-tone={tone}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={percent === undefined ? {} : { width: `${percent}%` }} />
    </div>
  )
}
