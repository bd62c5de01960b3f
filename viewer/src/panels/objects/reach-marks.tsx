import type { Annotation } from '../../model/annotation'
import { Button } from '../kit/button'
import { Icon } from '../kit/icon'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { hideObjects, lockObjects } from './reach'

interface ReachMarksProps {
  readonly bench: Workbench
  readonly annotation: Annotation
}

/**
 * Whether an object is locked or hidden, at the end of its row; a click changes it. For the keyboard the same is done
 * to what is chosen, by commands: a row of a list box holds nothing that takes the focus.
 */
export function ReachMarks({ bench, annotation }: ReachMarksProps) {
  const { guard } = bench.session
  const isLocked = guard.locked.value.has(annotation.id)
  const isHidden = guard.hidden.value.has(annotation.id)
  const stopped = (work: () => void) => (event: Event) => {
    event.stopPropagation()
    work()
  }
  const toggleHidden = () => {
    if (isHidden) guard.hide([annotation], false)
    else hideObjects(bench, [annotation])
  }
  return (
    <span class="object-marks" aria-hidden="true">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keyboard has commands for it, see above */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: likewise */}
      <span
        class="object-mark"
        data-mark="lock"
        data-on={isLocked || undefined}
        title={isLocked ? 'Unlock it' : 'Lock it'}
        onClick={stopped(() => lockObjects(bench, [annotation.id], !isLocked))}
      >
        <Icon name={isLocked ? 'lock' : 'unlock'} size={13} />
      </span>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keyboard has commands for it, see above */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: likewise */}
      <span
        class="object-mark"
        data-mark="hide"
        data-on={isHidden || undefined}
        title={isHidden ? 'Show it' : 'Hide it'}
        onClick={stopped(toggleHidden)}
      >
        <Icon name={isHidden ? 'eye-off' : 'eye'} size={13} />
      </span>
    </span>
  )
}

/** What is not shown on the map, and the way to see it again. */
export function OutOfSight({ bench }: PanelProps) {
  const { guard } = bench.session
  if (!guard.isHiding.value) return null
  const [only, n, classes] = [guard.isolated.value, guard.hidden.value.size, guard.hiddenClasses.value.size]
  const parts = [
    only && `Only ${only.size.toLocaleString('en')} shown`,
    n > 0 && `${n.toLocaleString('en')} hidden`,
    classes > 0 && `${classes} ${classes === 1 ? 'class' : 'classes'} hidden`,
  ]
  return (
    <p class="objects-note objects-hidden">
      <span>{parts.filter(Boolean).join(' · ')}</span>
      <Button kind="ghost" icon="eye" onClick={() => guard.showAll()}>
        Show all
      </Button>
    </p>
  )
}
