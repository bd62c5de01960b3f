import { Icon } from '../kit/icon'
import './losses.css'

/** One thing that a format could not carry, as `geo3d.formats.report.Loss`. */
export interface Loss {
  readonly id: string
  readonly kind: string
  readonly reason: string
  readonly message: string
}

interface LossTableProps {
  readonly title: string
  readonly byReason: { readonly [reason: string]: number }
  /** Some of them by name: they say what a reason means. */
  readonly named: readonly Loss[]
}

/** What was lost, by reason, with an example of each; nothing where nothing was. */
export function LossTable({ title, byReason, named }: LossTableProps) {
  const rows = Object.entries(byReason).sort(([, a], [, b]) => b - a)
  if (!rows.length) return null
  return (
    <table class="losses">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th>Labels</th>
          <th>Why</th>
          <th>For example</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([reason, n]) => {
          const example = named.find((loss) => loss.reason === reason)
          return (
            <tr key={reason}>
              <td class="mono">{n.toLocaleString('en')}</td>
              <td>{reason.replaceAll('-', ' ')}</td>
              <td class="dim">{example ? `${example.kind}: ${example.message}` : ''}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** Sentences that a person should read. */
export function Notes({ notes }: { readonly notes: readonly string[] }) {
  if (!notes.length) return null
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note}>
          <Icon name="warning" size={13} />
          {note}
        </li>
      ))}
    </ul>
  )
}

/** Return how many named losses each reason has, where nobody has counted them. */
export function countByReason(losses: readonly Loss[]): { readonly [reason: string]: number } {
  const counts: { [reason: string]: number } = {}
  for (const { reason } of losses) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
