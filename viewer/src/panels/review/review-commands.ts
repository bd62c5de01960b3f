import { Review } from '../../model/review'
import type { Command } from '../help/commands'
import { chosenOf } from '../objects/reach'
import type { Workbench } from '../workbench'
import { submit } from './submit-dialog'
import { lackingOf, reviewerOf } from './work'

/** Submitting and judging, by name and by key. */
export function reviewCommands(bench: Workbench): readonly Command[] {
  const { reviewing, session } = bench
  const shared = { group: 'Review', scope: 'map' } as const
  const walk = { group: 'Review', scope: 'review', isEnabled: () => reviewing.isOn.value } as const
  const ready = () =>
    chosenOf(bench).filter(
      (a) => Review.allows(a, 'submitted', reviewerOf(session)) && lackingOf(session, a).length === 0,
    )
  return [
    {
      ...shared,
      id: 'review.submit',
      title: 'Submit your work…',
      icon: 'check',
      keys: ['Ctrl+Enter'],
      run: () => {
        bench.open.value = 'submit'
      },
    },
    {
      ...shared,
      id: 'review.submit-chosen',
      title: 'Submit what is chosen',
      icon: 'check',
      isEnabled: () => session.selection.ids.value.length > 0 && ready().length > 0,
      run: () => submit(bench, ready()),
    },
    {
      ...shared,
      id: 'review.start',
      title: 'Review what was submitted',
      icon: 'list',
      keys: ['Ctrl+Shift+Enter'],
      run: () => void reviewing.start(),
    },
    {
      ...walk,
      id: 'review.accept',
      title: 'Accept the object',
      keys: ['a'],
      run: () => reviewing.judge('accepted'),
    },
    {
      ...walk,
      id: 'review.reject',
      title: 'Reject the object, and say why',
      keys: ['r'],
      run: () => {
        reviewing.isAsking.value = true
      },
    },
    { ...walk, id: 'review.next', title: 'Look at the next', keys: ['.'], run: () => reviewing.step(1) },
    {
      ...walk,
      id: 'review.previous',
      title: 'Look at the one before',
      keys: [','],
      run: () => reviewing.step(-1),
    },
    { ...walk, id: 'review.stop', title: 'End the review', keys: ['Escape'], run: () => reviewing.stop() },
  ]
}
