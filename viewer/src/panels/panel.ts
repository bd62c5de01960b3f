import type { ComponentType } from 'preact'
import type { Workbench } from './workbench'

/** What every panel gets. */
export interface PanelProps {
  readonly bench: Workbench
}

/** A section of the side panel. A folder that exports one, and a line in `panels/index.ts`, is all it takes. */
export interface Panel {
  readonly id: string
  readonly title: string
  readonly component: ComponentType<PanelProps>
  /** What stands at the right of its heading. */
  readonly aside?: ComponentType<PanelProps>
  /** It takes the room that the others leave. */
  readonly isTall?: boolean
  /** Say whether it has something to show now; reads signals. */
  isShown?(bench: Workbench): boolean
}
