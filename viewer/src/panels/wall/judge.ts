import type { Id } from '../../model/id'
import { Review } from '../../model/review'
import { messageOf, type Verdict } from '../review/reviewing'
import { lackingOf, reviewerOf } from '../review/work'
import type { Workbench } from '../workbench'

/** Accept or reject objects as one step. What this person may not judge, or what lacks an attribute, is left and told. */
export function judge({ session }: Workbench, ids: readonly Id[], verdict: Verdict): void {
  const reviewer = reviewerOf(session)
  const found = ids.flatMap((id) => session.labels.get(id) ?? []).filter(({ state }) => state !== verdict)
  const others = found.filter((a) => Review.mayJudge(a, reviewer))
  const whole = others.filter((a) => lackingOf(session, a).length === 0)
  const nOwn = found.length - others.length
  const nLacking = others.length - whole.length
  if (nOwn) session.tell(`${countOf(nOwn)} your own: somebody else has to look at your work.`)
  if (nLacking) session.tell(`${countOf(nLacking)} not ${verdict}: a required attribute has no value.`)
  session.editor.judge(
    messageOf(verdict, whole.length, ''),
    whole.map(({ id }) => id),
    verdict,
  )
}

function countOf(n: number): string {
  return n === 1 ? 'One object is' : `${n.toLocaleString('en')} objects are`
}
