import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'
import { completeCell, leaveCell, reopenCell, takeNext } from './cell-acts'

/** What can be done with the work grid by name or key. */
export function cellCommands(bench: Workbench): readonly Command[] {
  const { cells } = bench.session
  const define = (
    id: string,
    title: string,
    keys: readonly string[],
    icon: string,
    run: () => void,
  ): Command => ({ id: `cells.${id}`, title, group: 'Work grid', scope: 'map', keys, icon, run })
  const isEnabled = () => cells.all.value.length > 0
  return [
    define('make', 'Work grid of the scene…', ['Alt+G'], 'layers', () => {
      bench.open.value = 'cells'
    }),
    define('next', 'Go to the next unfinished cell', ['g'], 'arrow-right', () => void takeNext(bench)),
    define('complete', 'Cell complete, go to the next', ['d'], 'check', () => void completeCell(bench)),
    {
      ...define('reopen', 'Cell not complete after all', [], 'undo', () => void reopenCell(bench)),
      isEnabled,
    },
    { ...define('leave', 'Leave the cell to others', [], 'close', () => void leaveCell(bench)), isEnabled },
    {
      ...define('show', 'Show or hide the work grid', [], 'eye', () => {
        cells.isVisible.value = !cells.isVisible.peek()
      }),
      isEnabled,
      isOn: () => cells.isVisible.value,
    },
  ]
}
