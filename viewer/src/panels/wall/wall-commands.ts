import { type LabelClass, Ontology } from '../../model/ontology'
import type { Command } from '../help/commands'
import type { Verdict } from '../review/reviewing'
import { stepHistory } from '../scene/scene-commands'
import type { Workbench } from '../workbench'
import { openOnMap, showWall } from './address'
import { judge } from './judge'
import { SIZE } from './wall'

/** Everything that can be done on the wall of crops by name or key. */
export function wallCommands(bench: Workbench): readonly Command[] {
  const { wall, session } = bench
  const define = (
    id: string,
    title: string,
    keys: readonly string[],
    icon: string,
    run: () => void,
  ): Command => ({ id: `wall.${id}`, title, group: 'Wall', scope: 'wall', keys, icon, run })
  const decide = (verdict: Verdict) => () => void wall.act((ids) => judge(bench, ids, verdict), true)
  const steps: readonly (readonly [id: string, title: string, key: string, by: () => number])[] = [
    ['left', 'The card before', 'ArrowLeft', () => -1],
    ['right', 'The next card', 'ArrowRight', () => 1],
    ['up', 'The card above', 'ArrowUp', () => -wall.layout.peek().columns],
    ['down', 'The card below', 'ArrowDown', () => wall.layout.peek().columns],
    ['page-up', 'A page up', 'PageUp', () => -wall.layout.peek().columns * wall.layout.peek().rows],
    ['page-down', 'A page down', 'PageDown', () => wall.layout.peek().columns * wall.layout.peek().rows],
    ['first', 'The first card', 'Home', () => Number.MIN_SAFE_INTEGER],
    ['last', 'The last card', 'End', () => Number.MAX_SAFE_INTEGER],
  ]
  const resize = (by: number) => () => {
    wall.size.value = Math.min(SIZE.most, Math.max(SIZE.least, wall.size.peek() + by))
  }
  return [
    {
      id: 'scene.wall',
      title: 'Wall of crops: objects side by side',
      group: 'Scene',
      scope: 'map',
      keys: ['w'],
      icon: 'images',
      run: () => showWall(bench, true),
    },
    define('accept', 'Accept', ['a'], 'check', decide('accepted')),
    define('reject', 'Reject', ['r'], 'close', decide('rejected')),
    define('tag', 'Tag', ['t'], 'tag', () => {
      wall.isTagging.value = true
    }),
    define(
      'delete',
      'Delete',
      ['Delete'],
      'trash',
      () => void wall.act((ids) => session.editor.remove(ids), true),
    ),
    define('undo', 'Undo', ['u'], 'undo', () => void stepHistory(bench, 'undo')),
    define(
      'open',
      'Show it on the map',
      ['Enter'],
      'target',
      () => void openOnMap(bench, wall.cursor.peek()),
    ),
    define('all', 'Choose all', ['Ctrl+A'], 'list', () => wall.chooseAll(wall.index.cards.peek())),
    define('leave', 'Choose nothing, or back to the map', ['Escape'], 'close', () => {
      if (session.selection.ids.peek().length) session.selection.set()
      else showWall(bench, false)
    }),
    define('map', 'Back to the map', ['w'], 'target', () => showWall(bench, false)),
    define('read', 'Read the wall anew', ['f'], 'refresh', () => wall.read()),
    define('larger', 'Larger crops', ['+', '='], 'plus', resize(SIZE.step)),
    define('smaller', 'Smaller crops', ['-'], 'minus', resize(-SIZE.step)),
    ...steps.flatMap(([id, title, key, by]) => [
      define(id, title, [key], 'target', () => wall.step(by())),
      define(`${id}-range`, `${title}, choosing all on the way`, [`Shift+${key}`], 'target', () =>
        wall.step(by(), true),
      ),
    ]),
  ]
}

/** Return a command that gives what is chosen another class, for each class; with the class's key where that is free. */
export function wallClassCommands(bench: Workbench): readonly Command[] {
  const { wall, session } = bench
  const taken = new Set(
    wallCommands(bench)
      .filter(({ scope }) => scope === 'wall')
      .flatMap(({ keys }) => keys ?? []),
  )
  const keys = new Map([...Ontology.keys(session.ontology.value)].map(([key, { slug }]) => [slug, key]))
  return (Ontology.active(session.ontology.value) as readonly LabelClass[]).map(
    ({ slug, title }): Command => {
      const key = keys.get(slug)
      return {
        id: `wall.class.${slug}`,
        title: `Make it ${title}`,
        group: 'Wall',
        scope: 'wall',
        keys: key !== undefined && !taken.has(key) ? [key] : [],
        icon: 'tag',
        run: () => void wall.act((ids) => session.editor.relabel(ids, slug), true),
      }
    },
  )
}
