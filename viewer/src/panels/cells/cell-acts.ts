import { Bounds } from '../../math/bounds'
import type { Cell, CellChange } from '../../model/cell'
import type { Workbench } from '../workbench'

/** What is to be seen around a cell, as a part of its size. */
const MARGIN = 0.03

/** Bring a cell into sight, exactly, with a small margin. */
export function showCell(bench: Workbench, { bounds }: Cell): void {
  bench.fit(Bounds.grown(bounds, Math.max(...Bounds.size(bounds)) * MARGIN))
}

/** Return the cell that acts are about: the person's own, else the one in the middle of the view. */
export function cellAtHand(bench: Workbench): Cell | null {
  const { cells } = bench.session
  const view = bench.stage.peek()?.view
  return cells.own.peek() ?? (view ? cells.at(view.frame, view.camera.peek().center) : null)
}

/** Take the next cell that is not complete and nobody else is in, and go there. A cell left untouched is free again. */
export async function takeNext(bench: Workbench): Promise<void> {
  const { cells } = bench.session
  if (!hasGrid(bench)) return
  const own = cells.own.peek()
  await take(bench, cells.next(own), own?.status === 'untouched' ? [[own, { actor: null }]] : [])
}

/** Say that the cell at hand is complete, and go to the next one: one step. */
export async function completeCell(bench: Workbench): Promise<void> {
  const { cells, actor } = bench.session
  if (!hasGrid(bench)) return
  const cell = cellAtHand(bench)
  if (!cell) return bench.toasts.tell('No cell lies in the middle of the view: take one first.')
  if (cell.actor !== null && cell.actor !== actor.id)
    return bench.toasts.tell('Somebody else is in this cell: it is theirs to complete.')
  const done = [cell, { status: 'complete', actor: actor.id ?? null }] as const
  const next = cells.next(cell)
  await take(bench, next?.id === cell.id ? null : next, [done])
}

/** Say that the cell in the middle of the view is not complete after all; it is the person's own then. */
export async function reopenCell(bench: Workbench): Promise<void> {
  const { cells, actor } = bench.session
  const view = bench.stage.peek()?.view
  const cell = view && cells.at(view.frame, view.camera.peek().center)
  if (!cell) return bench.toasts.tell('No cell lies in the middle of the view.')
  const own = cells.own.peek()
  const left: (readonly [Cell, CellChange])[] =
    own && own.id !== cell.id ? [[own, { actor: null, status: own.status }]] : []
  await attempt(bench, `Open cell ${cell.number} again`, [
    ...left,
    [cell, { status: 'started', actor: actor.id ?? null }],
  ])
}

/** Leave the person's own cell to others, as far as it is. */
export async function leaveCell(bench: Workbench): Promise<void> {
  const own = bench.session.cells.own.peek()
  if (own) await attempt(bench, `Leave cell ${own.number}`, [[own, { actor: null }]])
}

async function take(
  bench: Workbench,
  next: Cell | null,
  others: readonly (readonly [Cell, CellChange])[],
): Promise<void> {
  const { actor, cells } = bench.session
  const taken = next && next.actor === null ? [[next, { actor: actor.id ?? null }] as const] : []
  const [first] = others
  const message =
    first?.[1].status === 'complete'
      ? `Complete cell ${first[0].number}`
      : `Take cell ${next?.number ?? ''}`.trim()
  if (!(await attempt(bench, message, [...others, ...taken]))) return
  if (next) return showCell(bench, next)
  const n = cells.all.peek().length
  const isDone = cells.nComplete.peek() === n
  bench.toasts.ok(
    isDone ? `All ${n} cells are complete.` : 'Others are in all cells that are left: nothing to take.',
  )
}

async function attempt(
  bench: Workbench,
  message: string,
  changes: readonly (readonly [Cell, CellChange])[],
): Promise<boolean> {
  try {
    return await bench.session.cells.change(message, changes)
  } catch (error) {
    bench.toasts.error(error)
    return false
  }
}

function hasGrid(bench: Workbench): boolean {
  if (bench.session.cells.all.peek().length) return true
  bench.open.value = 'cells'
  return false
}
