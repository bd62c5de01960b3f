import { useEffect, useState } from 'preact/hooks'
import { Ontology } from '../../model/ontology'
import { chooseClass } from '../classes/class-list'
import type { Commands } from '../help/commands'
import type { Keymap } from '../help/keymap'
import type { IconName } from '../kit/icons'
import { type MenuEntry, MenuList } from '../kit/menu'
import { Popover } from '../kit/popover'
import type { Workbench } from '../workbench'

/** Commands about what is chosen, in the order of the menu. */
const ABOUT_CHOSEN = [
  'objects.class',
  'line',
  'edit.copy',
  'edit.cut',
  'edit.paste',
  'edit.duplicate',
  'line',
  'shape.merge',
  'shape.orthogonalise',
  'shape.buffer',
  'shape.simplify',
  'paint.objects',
  'line',
  'view.selection',
  'objects.lock',
  'objects.hide',
  'objects.isolate',
  'objects.history',
  'review.submit-chosen',
  'line',
  'objects.delete',
] as const
/** Where nothing is chosen. */
const ABOUT_MAP = [
  'objects.expression',
  'line',
  'edit.paste',
  'edit.paste-in-place',
  'line',
  'objects.show-all',
  'objects.unlock-all',
  'line',
  'view.all',
] as const

interface ContextMenuProps {
  readonly bench: Workbench
  readonly commands: Commands
  readonly keymap: Keymap
}

/** What can be done with the object under the pointer: the same commands as in the palette, with the same keys. */
export function ContextMenu({ bench, commands, keymap }: ContextMenuProps) {
  const place = bench.menu.at.value
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  useOpening(bench)
  if (!place) return null
  const close = () => {
    bench.menu.at.value = null
  }
  const n = bench.session.selection.ids.value.length
  const about = n > 0 ? ABOUT_CHOSEN : ABOUT_MAP
  const entries =
    place.page === 'class' ? classEntries(bench) : about.map((id) => entryOf(commands, keymap, id))
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only hands the focus on to the map when the menu closes */}
      <span
        key={`${place.x} ${place.y}`}
        ref={setAnchor}
        tabIndex={-1}
        style={{ position: 'fixed', left: `${place.x}px`, top: `${place.y}px` }}
        onFocus={() => bench.stage.peek()?.view.element.focus({ preventScroll: true })}
      />
      {anchor?.isConnected && (
        <Popover
          key={`${place.x} ${place.y} ${place.page}`}
          anchor={anchor}
          label="Context menu"
          role="presentation"
          onClose={close}
        >
          <MenuList
            label={n > 0 ? `${n === 1 ? 'One object' : `${n} objects`}` : 'Map'}
            entries={entries}
            onDone={close}
          />
        </Popover>
      )}
    </>
  )
}

/** Open the menu at a press of the right button on the map. */
function useOpening(bench: Workbench): void {
  const stage = bench.stage.value
  useEffect(() => {
    const element = stage?.view.element
    if (!element) return
    const press = (event: MouseEvent) => {
      event.preventDefault()
      // by the key it comes as well, without a button: the command has opened it already
      if (event.button === 2 && !stage?.takesRightButton) void bench.menu.openAt(event.clientX, event.clientY)
    }
    element.addEventListener('contextmenu', press)
    return () => element.removeEventListener('contextmenu', press)
  }, [bench, stage])
}

function entryOf(commands: Commands, keymap: Keymap, id: string): MenuEntry {
  const command = commands.get(id)
  if (!command) return 'line'
  const keys = keymap.shown(id)
  return {
    id,
    title: command.title,
    ...(command.icon ? { icon: command.icon as IconName } : {}),
    ...(keys ? { keys } : {}),
    ...(command.isOn ? { isOn: command.isOn() } : {}),
    isDanger: id === 'objects.delete',
    disabled: command.isEnabled?.() === false,
    run: () => commands.run(id),
  }
}

function classEntries(bench: Workbench): readonly MenuEntry[] {
  const { labels, ontology, selection } = bench.session
  const slugs = new Set(selection.ids.value.map((id) => labels.get(id)?.label))
  return Ontology.active(ontology.value).map(({ slug, title }) => ({
    id: slug,
    title,
    isOn: slugs.size === 1 && slugs.has(slug),
    run: () => chooseClass(bench, slug),
  }))
}
