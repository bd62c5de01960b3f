import type { Annotation } from '../../model/annotation'
import type { Id } from '../../model/id'
import type { Workbench } from '../workbench'

/** Lock objects, or unlock them. */
export function lockObjects(bench: Workbench, ids: readonly Id[], isLocked: boolean): void {
  bench.session.guard.lock(ids, isLocked)
}

/** Hide objects from this person; what is hidden is not chosen. */
export function hideObjects(bench: Workbench, annotations: readonly Annotation[]): void {
  const { guard, selection } = bench.session
  guard.hide(annotations, true)
  selection.drop(new Set(annotations.map((a) => a.id)))
}

/** Return the loaded annotations that are chosen. */
export function chosenOf(bench: Workbench): readonly Annotation[] {
  const { labels, selection } = bench.session
  return selection.ids.peek().flatMap((id) => labels.get(id) ?? [])
}

/** Lock what is chosen; where all of it is locked, unlock it. */
export function toggleLock(bench: Workbench): void {
  const ids = bench.session.selection.ids.peek()
  const { locked } = bench.session.guard
  lockObjects(bench, ids, !ids.every((id) => locked.peek().has(id)))
}

/** Show only what is chosen; where only some are shown, show all again. */
export function toggleIsolated(bench: Workbench): void {
  const { guard, selection } = bench.session
  guard.isolate(guard.isolated.peek() === null ? selection.ids.peek() : null)
}
