import type { Direction } from '../../document/history'
import { type LabelClass, Ontology } from '../../model/ontology'
import { boundsOfPlace } from '../../model/scene'
import { TOOLS } from '../../tools'
import { familiesOf, nextOf } from '../../tools/family'
import type { Tool } from '../../tools/tool'
import { checkLabels } from '../checks/look'
import { chooseClass } from '../classes/class-list'
import { TAKEN_KEYS } from '../classes/taken-keys'
import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'

/** Everything that can be done in a scene by name or key. */
export function sceneCommands(bench: Workbench): readonly Command[] {
  return [...toolCommands(bench), ...editCommands(bench), ...viewCommands(bench), ...otherCommands(bench)]
}

/** Return a command for each key that a class may have, and one for the settings of each class; they follow the ontology. */
export function classCommands(bench: Workbench): readonly Command[] {
  const ontology = bench.session.ontology.value
  const choices = [...Ontology.keys(ontology)].map(
    ([key, label]): Command => ({
      id: `class.${label.slug}`,
      title: `Class: ${label.title}`,
      group: 'Classes',
      scope: 'map',
      keys: TAKEN_KEYS.has(key) ? [] : [key],
      icon: 'tag',
      run: () => chooseClass(bench, label.slug),
    }),
  )
  const settings = (ontology.classes as readonly LabelClass[]).map(
    ({ slug, title, retired }): Command => ({
      id: `class-settings.${slug}`,
      title: `Class settings: ${title}${retired ? ' (retired)' : ''}`,
      group: 'Classes',
      scope: 'map',
      icon: 'settings',
      isEnabled: () => bench.classOpen.peek() === null,
      run: () => {
        bench.classOpen.value = { slug, tab: 'class' }
      },
    }),
  )
  return [...choices, ...settings]
}

function toolCommands(bench: Workbench): readonly Command[] {
  const take = (tool: Tool) => {
    bench.tool.value = tool
  }
  const families = familiesOf(TOOLS)
  return [
    ...families
      .filter(({ tools }) => tools.length > 1)
      .map(
        (family): Command => ({
          id: `family.${family.id}`,
          title: `${family.tools.map(({ title }) => title).join(', ')}: the next one`,
          group: 'Tools',
          scope: 'map',
          keys: [family.key],
          icon: family.tools[0].icon,
          run: () => take(nextOf(family, bench.tool.peek(), bench.fronts.peek().get(family.id))),
        }),
      ),
    ...families.flatMap((family) =>
      family.tools.map(
        (tool): Command => ({
          id: `tool.${tool.id}`,
          title: tool.makes ? `Draw: ${tool.title.toLowerCase()}` : tool.title,
          group: 'Tools',
          scope: 'map',
          // a key that the family shares is the family's
          keys: family.tools.length > 1 && tool.key === family.key ? [] : [tool.key],
          icon: tool.icon,
          isOn: () => bench.tool.value.id === tool.id,
          run: () => take(tool),
        }),
      ),
    ),
    {
      id: 'tool.again',
      title: 'Draw again with the last tool',
      group: 'Tools',
      scope: 'map',
      keys: ['n'],
      icon: 'refresh',
      run: () => take(bench.lastDrawn.value),
    },
    {
      id: 'tool.typed',
      title: 'Type distance, angle, x and y',
      group: 'Tools',
      scope: 'map',
      keys: ['Ctrl+4'],
      icon: 'keyboard',
      isEverywhere: true, // its own fields hold the focus while one types
      isEnabled: () => document.querySelector('dialog[open]') === null,
      isOn: () => bench.typed.isOpen.value,
      run: () => bench.typed.toggle(),
    },
    {
      id: 'tool.snap',
      title: 'Snap to vertices and edges',
      group: 'Tools',
      scope: 'map',
      keys: ['s'],
      icon: 'magnet',
      isOn: () => bench.isSnapping.value,
      run: () => {
        bench.isSnapping.value = !bench.isSnapping.value
      },
    },
    {
      id: 'tool.avoid',
      title: 'Avoid overlap: new polygons are cut back by those of their class',
      group: 'Tools',
      scope: 'map',
      keys: ['Shift+A'],
      icon: 'cut',
      isOn: () => bench.aids.value.isAvoiding,
      run: () => {
        bench.aids.value = { ...bench.aids.peek(), isAvoiding: !bench.aids.peek().isAvoiding }
      },
    },
    {
      id: 'tool.topology',
      title: 'Topological editing: shared borders stay shared',
      group: 'Tools',
      scope: 'map',
      keys: ['Shift+S'],
      icon: 'link',
      isOn: () => bench.aids.value.isTopological,
      run: () => {
        bench.aids.value = { ...bench.aids.peek(), isTopological: !bench.aids.peek().isTopological }
      },
    },
  ]
}

function editCommands(bench: Workbench): readonly Command[] {
  const { session } = bench
  const act = (name: 'finish' | 'cancel' | 'back' | 'delete') => bench.stage.peek()?.act(name) ?? false
  const cancel = () => {
    if (act('cancel')) return
    if (session.selection.ids.peek().length) session.selection.set()
    else bench.tool.value = TOOLS[0]!
  }
  const remove = () => {
    if (!act('delete')) session.editor.remove(session.selection.ids.peek())
  }
  const step = (by: number) => {
    const stage = bench.stage.peek()
    if (!stage) return
    const ids = [...stage.shown.values()].map(({ annotation }) => annotation.id)
    if (!ids.length) return
    const at = ids.indexOf(session.selection.primary.peek() ?? '')
    const next = ids[(at + by + ids.length) % ids.length]!
    session.selection.set(next)
    bench.zoomToObjects([next])
  }
  const define = (
    id: string,
    title: string,
    keys: readonly string[],
    icon: string,
    run: () => void,
  ): Command => ({
    id: `edit.${id}`,
    title,
    group: 'Edit',
    scope: 'map',
    keys,
    icon,
    run,
  })
  return [
    { ...define('undo', 'Undo', ['Ctrl+Z'], 'undo', () => void stepHistory(bench, 'undo')), scope: 'global' },
    {
      ...define('redo', 'Redo', ['Ctrl+Shift+Z', 'Ctrl+Y'], 'redo', () => void stepHistory(bench, 'redo')),
      scope: 'global',
    },
    define('finish', 'Finish what is being drawn', ['Enter'], 'check', () => act('finish')),
    define('cancel', 'Cancel, or choose nothing', ['Escape'], 'close', cancel),
    define('back', 'Drop the last vertex', ['Backspace'], 'minus', () => act('back')),
    define('delete', 'Delete the vertex under the pointer, or what is chosen', ['Delete'], 'trash', remove),
    define('next', 'Next object', ['Tab'], 'chevron-right', () => step(1)),
    define('previous', 'Previous object', ['Shift+Tab'], 'chevron-left', () => step(-1)),
  ]
}

/** Undo or redo, and say so where it cannot be done. */
export async function stepHistory(bench: Workbench, direction: Direction, force = false): Promise<void> {
  const { session, toasts } = bench
  try {
    const outcome = await session.history[direction](force)
    if (outcome.kind === 'nothing')
      toasts.tell(direction === 'undo' ? 'There is nothing left to undo.' : 'There is nothing to redo.')
    if (outcome.kind === 'busy')
      toasts.tell('Some changes are not stored yet. Undo works again when they are.')
    if (outcome.kind === 'conflict') {
      const run = () => void stepHistory(bench, direction, true)
      toasts.tell(`Somebody has changed the same object since. ${outcome.sentence}`, {
        title: 'Do it all the same',
        run,
      })
    }
  } catch (error) {
    toasts.error(error)
  }
}

function viewCommands(bench: Workbench): readonly Command[] {
  const zoom = (factor: number) => {
    const view = bench.stage.peek()?.view
    view?.look({ unitsPerPixel: view.camera.peek().unitsPerPixel * factor })
  }
  const pan = (x: number, y: number) => {
    const view = bench.stage.peek()?.view
    if (!view) return
    const { center, unitsPerPixel, size, isYDown } = view.camera.peek()
    const [dx, dy] = [(x * size[0] * unitsPerPixel) / 4, (y * size[1] * unitsPerPixel) / 4]
    view.look({ center: [center[0] + dx, center[1] + (isYDown ? -dy : dy)] })
  }
  const define = (
    id: string,
    title: string,
    keys: readonly string[],
    icon: string,
    run: () => void,
  ): Command => ({
    id: `view.${id}`,
    title,
    group: 'View',
    scope: 'map',
    keys,
    icon,
    run,
  })
  return [
    define(
      'all',
      'Show the whole raster',
      ['f'],
      'fit',
      () => bench.place.peek() && bench.fit(boundsOfPlace(bench.place.peek()!)),
    ),
    define('selection', 'Show what is chosen', ['Shift+F'], 'target', () =>
      bench.zoomToObjects(bench.session.selection.ids.peek()),
    ),
    define('native', 'One image pixel to one screen pixel', ['0'], 'search', () =>
      bench.stage.peek()?.view.look({ unitsPerPixel: bench.place.peek()?.affine?.a ?? 1 }),
    ),
    define('in', 'Zoom in', ['+', '='], 'plus', () => zoom(0.5)),
    define('out', 'Zoom out', ['-'], 'minus', () => zoom(2)),
    define('left', 'Look left', ['ArrowLeft'], 'chevron-left', () => pan(-1, 0)),
    define('right', 'Look right', ['ArrowRight'], 'chevron-right', () => pan(1, 0)),
    define('up', 'Look up', ['ArrowUp'], 'chevron-up', () => pan(0, 1)),
    define('down', 'Look down', ['ArrowDown'], 'chevron-down', () => pan(0, -1)),
    {
      ...define('labels', 'Show or hide labels', ['r'], 'eye', () => {
        bench.areLabelsVisible.value = !bench.areLabelsVisible.value
      }),
      isOn: () => bench.areLabelsVisible.value,
    },
  ]
}

function otherCommands(bench: Workbench): readonly Command[] {
  const open = (what: 'export' | 'import') => () => {
    bench.open.value = what
  }
  return [
    {
      id: 'scene.check',
      title: 'Check labels in view',
      group: 'Scene',
      scope: 'map',
      keys: ['Shift+C'],
      icon: 'check',
      run: () => checkLabels(bench),
    },
    {
      id: 'scene.export',
      title: 'Export labels',
      group: 'Scene',
      scope: 'global',
      keys: ['Ctrl+E'],
      icon: 'download',
      run: open('export'),
    },
    {
      id: 'scene.import',
      title: 'Import labels',
      group: 'Scene',
      scope: 'global',
      keys: ['Ctrl+I'],
      icon: 'upload',
      run: open('import'),
    },
    {
      id: 'scene.leave',
      title: 'All scenes',
      group: 'Scene',
      scope: 'global',
      icon: 'list',
      run: () => {
        location.hash = '#/'
      },
    },
  ]
}
