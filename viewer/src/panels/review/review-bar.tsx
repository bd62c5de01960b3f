import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Annotation } from '../../model/annotation'
import { Ontology } from '../../model/ontology'
import { titleOfKind } from '../../shapes'
import type { Keymap } from '../help/keymap'
import { Button, IconButton, Kbd } from '../kit/button'
import type { Workbench } from '../workbench'
import { memberOf } from './work'
import './review.css'

/** Why objects are mostly rejected. */
const REASONS = ['The border is off', 'Wrong class', 'A part is missing', 'There is no such object']

interface ReviewBarProps {
  readonly bench: Workbench
  readonly keymap: Keymap
}

/** What is judged now, above the map, with the verdicts. */
export function ReviewBar({ bench, keymap }: ReviewBarProps) {
  const { reviewing } = bench
  const queue = reviewing.queue.value
  if (!queue) return null
  const annotation = reviewing.current.value
  const nWaiting = reviewing.waiting.value.length
  const shown = (id: string) => keymap.shown(`review.${id}`)
  return (
    <section class="review-bar" aria-label="Review">
      <div class="review-row">
        <IconButton
          icon="chevron-left"
          label="Look at the one before"
          keys={shown('previous')}
          onClick={() => reviewing.step(-1)}
        />
        <span class="mono">
          {reviewing.at.value + 1} of {queue.length}
        </span>
        <IconButton
          icon="chevron-right"
          label="Look at the next"
          keys={shown('next')}
          onClick={() => reviewing.step(1)}
        />
        <span class="review-what ellipsis" role="status">
          {annotation ? <What bench={bench} annotation={annotation} /> : 'deleted meanwhile'}
        </span>
        <Verdict
          title="Reject…"
          id="reject"
          kind="danger"
          keys={shown('reject')}
          isOff={annotation?.state !== 'submitted'}
          onClick={() => {
            reviewing.isAsking.value = true
          }}
        />
        <Verdict
          title="Accept"
          id="accept"
          kind="primary"
          keys={shown('accept')}
          isOff={annotation?.state !== 'submitted'}
          onClick={() => reviewing.judge('accepted')}
        />
        {nWaiting > 1 && (
          <Button
            kind="ghost"
            title="Without a look at each: one undo step"
            onClick={() => reviewing.acceptRest()}
          >
            Accept all {nWaiting}
          </Button>
        )}
        <IconButton
          icon="close"
          label="End the review"
          keys={shown('stop')}
          onClick={() => reviewing.stop()}
        />
      </div>
      {reviewing.isAsking.value && (
        <Why
          key={annotation?.id}
          onReason={(reason) => reviewing.judge('rejected', reason)}
          onCancel={() => {
            reviewing.isAsking.value = false
          }}
        />
      )}
    </section>
  )
}

function What({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const { session } = bench
  return (
    <>
      <i class="object-state" data-state={annotation.state} />{' '}
      {Ontology.titleOf(session.ontology.value, annotation.label)}{' '}
      <span class="dim">
        {titleOfKind(Annotation.kindOf(annotation)).toLowerCase()} {Annotation.nameOf(annotation)} by{' '}
        {memberOf(session, annotation.provenance?.actor)}
        {annotation.state === 'submitted' ? '' : ` · ${annotation.state}`}
      </span>
    </>
  )
}

interface VerdictProps {
  readonly id: string
  readonly title: string
  readonly kind: 'primary' | 'danger'
  readonly keys: string | undefined
  readonly isOff: boolean
  readonly onClick: () => void
}

function Verdict({ title, kind, keys, isOff, onClick }: VerdictProps) {
  return (
    <Button kind={kind} disabled={isOff} onClick={onClick}>
      {title} {keys && <Kbd keys={keys} />}
    </Button>
  )
}

interface WhyProps {
  readonly onReason: (reason: string) => void
  readonly onCancel: () => void
}

function Why({ onReason, onCancel }: WhyProps) {
  const reason = useSignal('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form
      class="review-why"
      onSubmit={(event) => {
        event.preventDefault()
        onReason(reason.value.trim())
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onCancel()
      }}
    >
      <input
        class="kit-input"
        aria-label="Why it is rejected"
        placeholder="Why? Whoever made it reads this."
        maxLength={200}
        ref={field}
        value={reason.value}
        onInput={(event) => {
          reason.value = event.currentTarget.value
        }}
      />
      <Button kind="danger" type="submit">
        Reject
      </Button>
      <p>
        {REASONS.map((one) => (
          <button key={one} type="button" class="review-reason" onClick={() => onReason(one)}>
            {one}
          </button>
        ))}
      </p>
    </form>
  )
}
