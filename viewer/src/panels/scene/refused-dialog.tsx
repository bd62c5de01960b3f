import type { Refusal } from '../../document/refusals'
import { Id } from '../../model/id'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import type { PanelProps } from '../panel'
import './refused-dialog.css'

interface RefusedDialogProps extends PanelProps {
  readonly onClose: () => void
}

/** What the server would not take: it is kept until it is tried again or thrown away. */
export function RefusedDialog({ bench, onClose }: RefusedDialogProps) {
  const { refusals } = bench.session
  const all = refusals.all.value
  return (
    <Dialog
      title={all.length ? 'What the server refused' : 'Nothing is left that was refused'}
      width={560}
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <p class="dim">
        Nothing of it is lost: it is kept in this browser. Mend what stands in the way, such as a class or an
        attribute, then try it again.
      </p>
      <ul class="refused">
        {all.map((refusal) => (
          <Refused key={refusal.client_id} bench={bench} refusal={refusal} />
        ))}
      </ul>
    </Dialog>
  )
}

function Refused({ bench, refusal }: PanelProps & { readonly refusal: Refusal }) {
  const { session, toasts } = bench
  const again = () => {
    const set = session.refusals.take(refusal.client_id)
    if (set) session.outbox.push({ ...set, client_id: Id.make() })
  }
  const copy = () => {
    navigator.clipboard.writeText(JSON.stringify(refusal.changes, null, 2)).then(
      () => toasts.ok('It is in the clipboard, as JSON.'),
      (error) => toasts.error(error),
    )
  }
  const n = refusal.changes.length
  return (
    <li>
      <strong>{refusal.message}</strong>
      <p role="alert">{refusal.why}</p>
      <span class="dim">{n === 1 ? 'one object' : `${n.toLocaleString('en')} objects`}</span>
      <Button icon="refresh" onClick={again}>
        Try again
      </Button>
      <Button icon="copy" onClick={copy}>
        Copy
      </Button>
      <Button kind="danger" icon="trash" onClick={() => session.refusals.take(refusal.client_id)}>
        Throw away
      </Button>
    </li>
  )
}
