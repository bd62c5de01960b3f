import { useEffect, useState } from 'preact/hooks'
import { sentenceOf } from '../../api/problem'
import type { Annotation } from '../../model/annotation'
import { Ontology } from '../../model/ontology'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Checkbox } from '../kit/field'
import { Icon } from '../kit/icon'
import { ProgressBar } from '../kit/progress'
import type { PanelProps } from '../panel'
import { stepHistory } from '../scene/scene-commands'
import type { Workbench } from '../workbench'
import { findWork, lackingOf, type Work } from './work'
import './review.css'

interface SubmitDialogProps extends PanelProps {
  readonly onClose: () => void
}

/** What would be submitted, and what is not ready for it. */
export function SubmitDialog({ bench, onClose }: SubmitDialogProps) {
  const { session } = bench
  const [work, setWork] = useState<Work | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isOfOthers, setOfOthers] = useState(false)
  const read = () => {
    setProblem(null)
    findWork(session, ['draft', 'rejected']).then(setWork, (error) => setProblem(sentenceOf(error)))
  }
  useEffect(read, [session])

  const isMine = (a: Annotation) => a.provenance?.actor === session.actor.id
  const all = work?.annotations ?? []
  const nOthers = all.filter((a) => !isMine(a)).length
  const meant = isOfOthers ? all : all.filter(isMine)
  const lacking = meant.filter((a) => lackingOf(session, a).length > 0)
  const ready = meant.filter((a) => lackingOf(session, a).length === 0)
  const choose = () => {
    session.labels.receive({ documents: lacking, deleted: [] })
    session.selection.set(...lacking.map((a) => a.id))
    bench.zoomToObjects(lacking.map((a) => a.id))
    onClose()
  }
  return (
    <Dialog
      title="Submit your work"
      width={460}
      onClose={onClose}
      onSubmit={() => {
        if (!ready.length) return
        submit(bench, ready)
        onClose()
      }}
      footer={
        <>
          <Button onClick={onClose}>{ready.length ? 'Not yet' : 'Close'}</Button>
          <Button kind="primary" type="submit" disabled={!ready.length}>
            {ready.length ? `Submit ${countOf(ready.length)}` : 'Submit'}
          </Button>
        </>
      }
    >
      {problem && (
        <p class="submit-lacking" role="alert">
          <Icon name="cloud-off" />
          <span>{problem}</span>
          <Button icon="refresh" onClick={read}>
            Try again
          </Button>
        </p>
      )}
      {!work && !problem && <ProgressBar fraction={null} label="Looking at what is not submitted yet" />}
      {work && meant.length === 0 && (
        <p class="dim">
          Nothing of yours waits to be submitted. What you draw is a draft until you submit it; then somebody
          else accepts it or rejects it.
        </p>
      )}
      {ready.length > 0 && (
        <>
          <p>Somebody else will accept or reject them. Whatever you change later is a draft again.</p>
          <Classes bench={bench} annotations={ready} />
        </>
      )}
      {lacking.length > 0 && (
        <p class="submit-lacking">
          <Icon name="warning" />
          <span>
            {countOf(lacking.length)} cannot be submitted yet: {namesOf(bench, lacking)} must be filled in.
          </span>
          <Button onClick={choose}>Choose {lacking.length === 1 ? 'it' : 'them'}</Button>
        </p>
      )}
      {nOthers > 0 && (
        <Checkbox
          label={`Also ${countOf(nOthers)} that others made or imported`}
          value={isOfOthers}
          onChange={setOfOthers}
        />
      )}
      {work?.isWhole === false && (
        <p class="dim">There are more: these are the first {all.length.toLocaleString('en')}.</p>
      )}
    </Dialog>
  )
}

/** Submit objects: one undo step. */
export function submit(bench: Workbench, ready: readonly Annotation[]): void {
  const { session, toasts } = bench
  const unknown = ready.filter((a) => !session.labels.get(a.id))
  session.labels.receive({ documents: unknown, deleted: [] })
  session.editor.judge(
    `Submit ${countOf(ready.length)}`,
    ready.map((a) => a.id),
    'submitted',
  )
  toasts.ok(
    `${ready.length === 1 ? 'The object is' : `${countOf(ready.length)} are`} submitted for review.`,
    {
      title: 'Undo',
      run: () => void stepHistory(bench, 'undo'),
    },
  )
}

function Classes({
  bench,
  annotations,
}: {
  readonly bench: Workbench
  readonly annotations: readonly Annotation[]
}) {
  const ontology = bench.session.ontology.value
  const counts = new Map<string, number>()
  for (const { label } of annotations) counts.set(label, (counts.get(label) ?? 0) + 1)
  const nRejected = annotations.filter((a) => a.state === 'rejected').length
  return (
    <ul class="submit-classes">
      {[...counts].map(([slug, n]) => (
        <li key={slug}>
          <span class="object-swatch" style={{ background: Ontology.colorOf(ontology, slug) }} />
          {Ontology.titleOf(ontology, slug)}
          <span class="mono">{n.toLocaleString('en')}</span>
        </li>
      ))}
      {nRejected > 0 && <li class="dim">{countOf(nRejected)} of them had been rejected.</li>}
    </ul>
  )
}

function namesOf(bench: Workbench, lacking: readonly Annotation[]): string {
  const names = new Set(lacking.flatMap((a) => lackingOf(bench.session, a)))
  return [...names].map((name) => `“${name}”`).join(', ')
}

function countOf(n: number): string {
  return n === 1 ? 'one object' : `${n.toLocaleString('en')} objects`
}
