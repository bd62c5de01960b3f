import type { Annotation } from '../../model/annotation'
import { shapeEntries } from '../geometry/shape-commands'
import { IconButton } from '../kit/button'
import { Menu } from '../kit/menu'
import { hideObjects, lockObjects } from '../objects/reach'
import type { Workbench } from '../workbench'

interface ObjectActsProps {
  readonly bench: Workbench
  readonly annotations: readonly Annotation[]
}

/** What can be done with all that is chosen, as small buttons. */
export function ObjectActs({ bench, annotations }: ObjectActsProps) {
  const { session } = bench
  const ids = annotations.map((a) => a.id)
  const it = ids.length > 1 ? 'them' : 'it'
  const isLocked = annotations.every((a) => session.guard.locked.value.has(a.id))
  return (
    <>
      <Menu label="Change the shape" icon="pencil" size={24} entries={shapeEntries(bench)} />
      <IconButton
        icon="target"
        size={24}
        label={`Show ${it} on the map`}
        onClick={() => bench.zoomToObjects(ids)}
      />
      <IconButton
        icon={isLocked ? 'lock' : 'unlock'}
        size={24}
        isOn={isLocked}
        label={isLocked ? `Unlock ${it}` : `Lock ${it}: no tool changes ${it}`}
        onClick={() => lockObjects(bench, ids, !isLocked)}
      />
      <IconButton
        icon="eye-off"
        size={24}
        label={`Hide ${it} from you`}
        onClick={() => hideObjects(bench, annotations)}
      />
      <IconButton
        icon="trash"
        size={24}
        label={ids.length > 1 ? 'Delete them (Del)' : 'Delete (Del)'}
        onClick={() => session.editor.remove(ids)}
      />
    </>
  )
}
