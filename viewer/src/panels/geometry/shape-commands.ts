import { Operations } from '../../document/operations'
import type { Command } from '../help/commands'
import type { MenuEntry } from '../kit/menu'
import type { Workbench } from '../workbench'
import { SHAPE_ACTS, type ShapeAct } from './shape-acts'

/** What can be done to the shapes of what is chosen, by name or key. */
export function shapeCommands(bench: Workbench): readonly Command[] {
  return SHAPE_ACTS.flat().map((act) => ({
    id: `shape.${act.id}`,
    title: act.title,
    group: 'Shapes',
    scope: 'map',
    keys: act.keys ?? [],
    icon: act.icon,
    isEnabled: () => isPossible(bench, act),
    run: () => begin(bench, act),
  }))
}

/** The same as a menu. */
export function shapeEntries(bench: Workbench): readonly MenuEntry[] {
  return SHAPE_ACTS.flatMap((acts, i): readonly MenuEntry[] => [
    ...(i > 0 ? (['line'] as const) : []),
    ...acts.map((act) => ({
      id: act.id,
      title: act.title,
      icon: act.icon,
      ...(act.keys?.[0] ? { keys: act.keys[0].length === 1 ? act.keys[0].toUpperCase() : act.keys[0] } : {}),
      disabled: !isPossible(bench, act),
      run: () => begin(bench, act),
    })),
  ])
}

/** Do an act to what is chosen: at once, or after a dialog has asked for numbers. */
function begin(bench: Workbench, act: ShapeAct): void {
  if (act.operation) void perform(bench, act, act.operation)
  else bench.shapeAct.value = act
}

/** Write what an act makes as one undo step; what there is of it stays chosen. False = it could not be done. */
export async function perform(
  bench: Workbench,
  act: ShapeAct,
  operation: NonNullable<ShapeAct['operation']>,
  isBeside = false,
): Promise<boolean> {
  const { session } = bench
  const left = await new Operations(session).run(act.message, operation, chosenFor(bench, act), { isBeside })
  if (left) session.selection.set(...left)
  return left !== null
}

/** Return the chosen objects that an act is for, in the order of choosing. */
export function chosenFor(bench: Workbench, act: ShapeAct): readonly string[] {
  const { labels, selection } = bench.session
  return selection.ids.value.filter((id) => {
    const geometry = labels.get(id)?.geometry
    return geometry != null && act.isFor(geometry)
  })
}

function isPossible(bench: Workbench, act: ShapeAct): boolean {
  void bench.session.labels.version.value
  return chosenFor(bench, act).length >= act.least
}
