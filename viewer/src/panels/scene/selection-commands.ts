import type { Command } from '../help/commands'
import { chosenOf, hideObjects, toggleIsolated, toggleLock } from '../objects/reach'
import type { Workbench } from '../workbench'

/** What can be done with the objects that are chosen: the clipboard, locking, hiding. */
export function selectionCommands(bench: Workbench): readonly Command[] {
  return [...clipboardCommands(bench), ...reachCommands(bench)]
}

function clipboardCommands(bench: Workbench): readonly Command[] {
  const { clipboard, session } = bench
  const shared = { group: 'Edit', scope: 'map' } as const
  const isEnabled = () => session.selection.ids.value.length > 0
  return [
    {
      ...shared,
      id: 'edit.copy',
      title: 'Copy',
      keys: ['Ctrl+C'],
      icon: 'copy',
      isNative: true,
      isEnabled,
      run: () => clipboard.copy(),
    },
    {
      ...shared,
      id: 'edit.cut',
      title: 'Cut',
      keys: ['Ctrl+X'],
      icon: 'cut',
      isNative: true,
      isEnabled,
      run: () => clipboard.cut(),
    },
    {
      ...shared,
      id: 'edit.paste',
      title: 'Paste under the pointer',
      keys: ['Ctrl+V'],
      icon: 'copy',
      isNative: true,
      run: () => void clipboard.paste(false),
    },
    {
      ...shared,
      id: 'edit.paste-in-place',
      title: 'Paste where it was copied',
      keys: ['Ctrl+Shift+V'],
      icon: 'copy',
      isNative: true,
      run: () => void clipboard.paste(true),
    },
    {
      ...shared,
      id: 'edit.duplicate',
      title: 'Duplicate what is chosen',
      keys: ['Ctrl+D'],
      icon: 'images',
      isEnabled,
      run: () => void clipboard.duplicate(),
    },
  ]
}

function reachCommands(bench: Workbench): readonly Command[] {
  const { session } = bench
  const { guard, selection } = session
  const shared = { group: 'Objects', scope: 'map' } as const
  const hasChosen = () => selection.ids.value.length > 0
  return [
    {
      ...shared,
      id: 'objects.expression',
      title: 'Select by expression…',
      keys: ['Ctrl+F'],
      icon: 'filter',
      run: () => {
        bench.isExpressing.value = true
      },
    },
    {
      ...shared,
      id: 'objects.menu',
      title: 'Menu of what is chosen',
      keys: ['Shift+F10', 'ContextMenu'],
      icon: 'more',
      run: () => bench.menu.open(),
    },
    {
      ...shared,
      id: 'objects.class',
      title: 'Change class…',
      icon: 'tag',
      isEnabled: hasChosen,
      run: () => {
        bench.menu.open('class')
      },
    },
    {
      ...shared,
      id: 'objects.history',
      title: 'History…',
      icon: 'history',
      isEnabled: () => (session.labels.get(selection.primary.value ?? '')?.fid ?? 0) > 0,
      run: () => {
        bench.historyOpen.value = selection.primary.peek()
      },
    },
    {
      ...shared,
      id: 'objects.delete',
      title: 'Delete what is chosen',
      icon: 'trash',
      isEnabled: hasChosen,
      run: () => session.editor.remove(selection.ids.peek()),
    },
    {
      ...shared,
      id: 'objects.lock',
      title: 'Lock or unlock what is chosen',
      keys: ['Ctrl+L'],
      icon: 'lock',
      isEnabled: hasChosen,
      run: () => toggleLock(bench),
    },
    {
      ...shared,
      id: 'objects.unlock-all',
      title: 'Unlock everything',
      icon: 'unlock',
      isEnabled: () => guard.locked.value.size > 0 || guard.lockedClasses.value.size > 0,
      run: () => guard.unlockAll(),
    },
    {
      ...shared,
      id: 'objects.hide',
      title: 'Hide what is chosen',
      keys: ['Ctrl+H'],
      icon: 'eye-off',
      isEnabled: hasChosen,
      run: () => hideObjects(bench, chosenOf(bench)),
    },
    {
      ...shared,
      id: 'objects.isolate',
      title: 'Show only what is chosen',
      keys: ['i'],
      icon: 'target',
      isEnabled: () => guard.isolated.value !== null || hasChosen(),
      isOn: () => guard.isolated.value !== null,
      run: () => toggleIsolated(bench),
    },
    {
      ...shared,
      id: 'objects.show-all',
      title: 'Show everything that is hidden',
      keys: ['Ctrl+Shift+H'],
      icon: 'eye',
      isEnabled: () => guard.isHiding.value,
      run: () => guard.showAll(),
    },
  ]
}
