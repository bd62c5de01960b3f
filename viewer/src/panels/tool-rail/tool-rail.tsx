import { TOOLS } from '../../tools'
import { familiesOf } from '../../tools/family'
import type { Tool } from '../../tools/tool'
import type { Keymap } from '../help/keymap'
import { Icon } from '../kit/icon'
import type { Workbench } from '../workbench'
import { FamilyButton } from './family-button'
import './tool-rail.css'

interface ToolRailProps {
  readonly bench: Workbench
  readonly keymap: Keymap
}

const GROUPS: readonly Tool['group'][] = ['navigate', 'draw', 'paint', 'edit', 'measure']

/** The tools, at the left edge. */
export function ToolRail({ bench, keymap }: ToolRailProps) {
  const families = familiesOf(TOOLS)
  return (
    <nav class="tool-rail" aria-label="Tools">
      {GROUPS.map((group) => (
        <div key={group} class="tool-group" role="toolbar" aria-label={group} aria-orientation="vertical">
          {families
            .filter((family) => family.group === group)
            .map((family) => (
              <FamilyButton key={family.id} bench={bench} keymap={keymap} family={family} />
            ))}
        </div>
      ))}
      <div class="tool-group">
        <button
          type="button"
          class="tool"
          aria-pressed={bench.isSnapping.value}
          data-keys={keymap.shown('tool.snap')}
          aria-label="Snap to vertices and edges"
          aria-keyshortcuts={keymap.shown('tool.snap')}
          title={`Snap to vertices and edges (${keymap.shown('tool.snap') ?? ''})`}
          onClick={() => {
            bench.isSnapping.value = !bench.isSnapping.value
          }}
        >
          <Icon name="magnet" size={18} />
        </button>
      </div>
    </nav>
  )
}
