import { Annotation } from '../../model/annotation'
import { titleOfKind } from '../../shapes'
import { Button } from '../kit/button'
import { ReviewLine } from '../review/review-line'
import type { Workbench } from '../workbench'
import { SharedForm } from './attribute-form'
import { ClassChoice } from './class-choice'
import { ObjectActs } from './object-acts'

interface ManyProps {
  readonly bench: Workbench
  readonly chosen: readonly Annotation[]
}

/** Several objects: what they have in common, to be changed for all of them in one step. */
export function Many({ bench, chosen }: ManyProps) {
  const { session } = bench
  const ids = chosen.map((a) => a.id)
  const slug = chosen.every((a) => a.label === chosen[0]!.label) ? chosen[0]!.label : ''
  const kinds = new Set(chosen.map((a) => Annotation.kindOf(a)))
  const nLocked = chosen.filter((a) => session.guard.isLocked(a)).length
  return (
    <>
      <header class="inspector-head">
        <strong>{chosen.length.toLocaleString('en')} objects</strong>
        <ObjectActs bench={bench} annotations={chosen} />
      </header>
      <ClassChoice bench={bench} ids={ids} slug={slug} />
      <ReviewLine bench={bench} annotations={chosen} />
      <SharedForm bench={bench} annotations={chosen} />
      <p class="inspector-origin dim">
        {[...kinds].map((kind) => titleOfKind(kind).toLowerCase()).join(', ')}
        {nLocked > 0 && ` · ${nLocked.toLocaleString('en')} locked`}
      </p>
      <Button kind="ghost" onClick={() => session.selection.set()}>
        Choose none
      </Button>
    </>
  )
}
