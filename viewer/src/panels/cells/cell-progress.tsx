import { Icon } from '../kit/icon'
import { Menu } from '../kit/menu'
import type { PanelProps } from '../panel'
import { completeCell, leaveCell, reopenCell, takeNext } from './cell-acts'
import './cells.css'

/** How far the work grid is, in the status bar; its menu has all that can be done with it. */
export function CellProgress({ bench }: PanelProps) {
  const { cells } = bench.session
  const n = cells.all.value.length
  if (!n) return null
  const own = cells.own.value
  const text = `${cells.nComplete.value} of ${n} cells`
  return (
    <span class="cell-progress">
      <Menu
        label={`Work grid: ${text}`}
        side="below"
        trigger={
          <>
            <Icon name="layers" size={12} />
            {text}
            {own && ` · you: ${own.number}`}
          </>
        }
        entries={[
          {
            id: 'next',
            title: 'Next unfinished cell',
            icon: 'arrow-right',
            keys: 'G',
            run: () => void takeNext(bench),
          },
          {
            id: 'done',
            title: 'Cell complete, go on',
            icon: 'check',
            keys: 'D',
            run: () => void completeCell(bench),
          },
          { id: 'reopen', title: 'Not complete after all', icon: 'undo', run: () => void reopenCell(bench) },
          {
            id: 'leave',
            title: 'Leave the cell to others',
            icon: 'close',
            disabled: !own,
            run: () => void leaveCell(bench),
          },
          'line',
          {
            id: 'show',
            title: 'Show the grid',
            icon: 'eye',
            isOn: cells.isVisible.value,
            run: () => {
              cells.isVisible.value = !cells.isVisible.peek()
            },
          },
          {
            id: 'settings',
            title: 'Another grid…',
            icon: 'settings',
            run: () => {
              bench.open.value = 'cells'
            },
          },
        ]}
      />
    </span>
  )
}
