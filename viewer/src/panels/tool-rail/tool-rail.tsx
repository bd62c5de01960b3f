import { TOOLS } from '../../tools'
import type { Tool } from '../../tools/tool'
import type { Keymap } from '../help/keymap'
import { Icon } from '../kit/icon'
import type { Workbench } from '../workbench'
import './tool-rail.css'

interface ToolRailProps {
  readonly bench: Workbench
  readonly keymap: Keymap
}

const GROUPS: readonly Tool['group'][] = ['navigate', 'draw', 'edit']

/** The tools, at the left edge. */
export function ToolRail({ bench, keymap }: ToolRailProps) {
  const groups = GROUPS.map((group) => TOOLS.filter((tool) => tool.group === group))
  return (
    <nav class="tool-rail" aria-label="Tools">
      {groups.map((tools) => (
        <div
          key={tools[0]!.group}
          class="tool-group"
          role="toolbar"
          aria-label={tools[0]!.group}
          aria-orientation="vertical"
        >
          {tools.map((tool) => (
            <ToolButton key={tool.id} bench={bench} keymap={keymap} tool={tool} />
          ))}
        </div>
      ))}
      <div class="tool-group">
        <button
          type="button"
          class="tool"
          aria-pressed={bench.isSnapping.value}
          aria-label="Snap to vertices and edges"
          title={`Snap to vertices and edges (${keymap.shown('tool.snap') ?? ''})`}
          onClick={() => {
            bench.isSnapping.value = !bench.isSnapping.value
          }}
        >
          <Icon name="magnet" size={18} />
          <kbd>{keymap.shown('tool.snap')}</kbd>
        </button>
      </div>
    </nav>
  )
}

function ToolButton({ bench, keymap, tool }: ToolRailProps & { readonly tool: Tool }) {
  const isLast = bench.lastDrawn.value.id === tool.id
  const keys = isLast ? keymap.shown('tool.again') : keymap.shown(`tool.${tool.id}`)
  return (
    <button
      type="button"
      class="tool"
      data-tool={tool.id}
      aria-pressed={bench.tool.value.id === tool.id}
      aria-label={tool.title}
      title={`${tool.title}${keys ? ` (${keys})` : ''}\n${tool.hint}`}
      onClick={() => {
        bench.tool.value = tool
      }}
    >
      <Icon name={tool.icon} size={18} />
      <kbd>{keys?.replace('Shift+', '⇧')}</kbd>
    </button>
  )
}
