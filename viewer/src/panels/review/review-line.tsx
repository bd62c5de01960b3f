import { useEffect, useState } from 'preact/hooks'
import type { Annotation, ReviewState } from '../../model/annotation'
import { Review } from '../../model/review'
import { Button } from '../kit/button'
import type { Workbench } from '../workbench'
import { messageOf, reasonOf } from './reviewing'
import { submit } from './submit-dialog'
import { lackingOf, memberOf, reviewerOf } from './work'
import './review.css'

interface ReviewLineProps {
  readonly bench: Workbench
  readonly annotations: readonly Annotation[]
}

const STATES: readonly ReviewState[] = ['draft', 'submitted', 'accepted', 'rejected']

/** How far what is chosen has come in review, and the next step. */
export function ReviewLine({ bench, annotations }: ReviewLineProps) {
  const { session } = bench
  const by = reviewerOf(session)
  const counts = STATES.map((state) => [state, annotations.filter((a) => a.state === state).length] as const)
  const found = counts.filter(([, n]) => n > 0)
  const fitting = (after: ReviewState) => annotations.filter((a) => Review.allows(a, after, by))
  const ready = fitting('submitted').filter((a) => lackingOf(session, a).length === 0)
  const [accept, reject] = [fitting('accepted'), fitting('rejected')]
  const reopen = annotations.filter((a) => a.state === 'accepted')
  const judge = (verdict: 'accepted' | 'rejected', all: readonly Annotation[]) =>
    session.editor.judge(
      messageOf(verdict, all.length, ''),
      all.map((a) => a.id),
      verdict,
    )
  return (
    <div class="review-line">
      <i class="object-state" data-state={found.length === 1 ? found[0]![0] : 'draft'} />
      <span>{found.map(([state, n]) => (found.length > 1 ? `${n} ${state}` : state)).join(', ')}</span>
      {ready.length > 0 && <Button onClick={() => submit(bench, ready)}>Submit</Button>}
      {reject.length > 0 && <Button onClick={() => judge('rejected', reject)}>Reject</Button>}
      {accept.length > 0 && <Button onClick={() => judge('accepted', accept)}>Accept</Button>}
      {reopen.length > 0 && (
        <Button
          title="Makes it a draft again"
          onClick={() =>
            session.editor.judge(
              'Reopen',
              reopen.map((a) => a.id),
              'draft',
            )
          }
        >
          Reopen
        </Button>
      )}
      {annotations.length === 1 && annotations[0]!.state === 'rejected' && (
        <Why bench={bench} annotation={annotations[0]!} />
      )}
    </div>
  )
}

/** Who rejected it, and why: the history knows. */
function Why({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const { session } = bench
  const [why, setWhy] = useState('')
  useEffect(() => {
    let isGone = false
    session.api.history(annotation.id).then(
      ({ versions }) => {
        const at = versions.findIndex(
          (v, i) => stateOf(v) === 'rejected' && stateOf(versions[i + 1]) !== 'rejected',
        )
        const version = versions[at]
        if (isGone || !version) return
        const reason = reasonOf(version.message)
        setWhy(`${memberOf(session, version.actor)} rejected it${reason ? `: ${reason}` : '.'}`)
      },
      () => {}, // without a connection the state alone has to do
    )
    return () => {
      isGone = true
    }
  }, [annotation.id, annotation.revision])
  return why ? <p>{why}</p> : null
}

function stateOf(version: { readonly document?: unknown } | undefined): ReviewState | null {
  return (version?.document as Annotation | null | undefined)?.state ?? null
}
