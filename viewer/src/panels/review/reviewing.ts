import { computed, signal } from '@preact/signals'
import type { Annotation, ReviewState } from '../../model/annotation'
import type { Id } from '../../model/id'
import { Review } from '../../model/review'
import type { Workbench } from '../workbench'
import { findWork, reviewerOf } from './work'

export type Verdict = Extract<ReviewState, 'accepted' | 'rejected'>

/** A walk through what was submitted: one object after the other is shown, and accepted or rejected. */
export class Reviewing {
  /** Null = nobody reviews. */
  readonly queue = signal<readonly Id[] | null>(null)
  readonly at = signal(0)
  readonly isLoading = signal(false)
  /** The person is asked why the object is rejected. */
  readonly isAsking = signal(false)
  readonly isOn = computed(() => this.queue.value !== null)
  /** The object that is looked at. */
  readonly current = computed<Annotation | null>(() => {
    const { labels } = this.#bench.session
    void labels.version.value
    return labels.get(this.queue.value?.[this.at.value] ?? '')
  })
  /** Objects of the walk that still wait. */
  readonly waiting = computed<readonly Id[]>(() => {
    const { labels } = this.#bench.session
    void labels.version.value
    return (this.queue.value ?? []).filter((id) => labels.get(id)?.state === 'submitted')
  })
  readonly #bench: Workbench

  constructor(bench: Workbench) {
    this.#bench = bench
  }

  /** Begin with all that waits for this person. */
  async start(): Promise<void> {
    const { session, toasts } = this.#bench
    if (this.isLoading.peek()) return
    this.isLoading.value = true
    try {
      const { annotations } = await findWork(session, ['submitted'])
      const mine = annotations.filter((a) => Review.mayJudge(a, reviewerOf(session)))
      const nOwn = annotations.length - mine.length
      if (!mine.length)
        return toasts.tell(
          nOwn
            ? `What waits for review is your own (${nOwn}): somebody else has to look at it.`
            : 'Nothing waits for review. Who labels submits finished work, then it appears here.',
        )
      session.labels.receive({ documents: mine, deleted: [] })
      await this.#bench.stage.peek()?.placement.prepare(mine)
      this.queue.value = mine.map((a) => a.id)
      this.#go(0)
    } catch (error) {
      toasts.error(error, { title: 'Try again', run: () => void this.start() })
    } finally {
      this.isLoading.value = false
    }
  }

  /** Look at the next object, or the one before, whatever became of them. */
  step(by: 1 | -1): void {
    const n = this.queue.peek()?.length ?? 0
    if (n) this.#go((this.at.peek() + by + n) % n)
  }

  /** Judge the object that is looked at, and go on to the next that waits. */
  judge(verdict: Verdict, reason = ''): void {
    const annotation = this.current.peek()
    this.isAsking.value = false
    if (annotation?.state === 'submitted')
      this.#bench.session.editor.judge(messageOf(verdict, 1, reason), [annotation.id], verdict)
    this.#onward()
  }

  /** Accept all of the walk that still wait: one undo step. */
  acceptRest(): void {
    const ids = this.waiting.peek()
    this.#bench.session.editor.judge(messageOf('accepted', ids.length, ''), ids, 'accepted')
    this.#onward()
  }

  /** End the walk. */
  stop(): void {
    this.queue.value = null
    this.isAsking.value = false
  }

  #onward(): void {
    const waiting = new Set(this.waiting.peek())
    const queue = this.queue.peek() ?? []
    const from = this.at.peek() + 1
    const next = [...queue.slice(from), ...queue.slice(0, from)].find((id) => waiting.has(id))
    if (next !== undefined) return this.#go(queue.indexOf(next))
    this.stop()
    this.#bench.toasts.ok(
      queue.length === 1 ? 'The object is reviewed.' : `All ${queue.length} are reviewed.`,
    )
  }

  #go(at: number): void {
    this.at.value = at
    this.isAsking.value = false
    const id = this.queue.peek()![at]!
    this.#bench.session.selection.set(id)
    this.#bench.zoomToObjects([id])
  }
}

/** Return what stands in the history: the reason of a rejection is kept there. */
export function messageOf(verdict: Verdict, n: number, reason: string): string {
  const what = n === 1 ? 'object' : `${n} objects`
  if (verdict === 'accepted') return `Accept ${what}`
  return reason ? `${REJECT}${reason}` : `Reject ${what}`
}

/** What a message begins with that holds a reason. */
const REJECT = 'Reject: '

/** Return the reason in a message of the history; null where none was given. */
export function reasonOf(message: string): string | null {
  return message.startsWith(REJECT) ? message.slice(REJECT.length) : null
}
