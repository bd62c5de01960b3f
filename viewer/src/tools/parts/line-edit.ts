import { Bounds } from '../../math/bounds'
import { Position } from '../../math/position'
import { edgesOf } from '../../math/ring'
import { isCrossing } from '../../math/segment'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import { shapeOf } from '../../shapes'
import { isCovering } from '../../shapes/hit'
import { isClosed } from '../../shapes/shape'
import type { Gesture, ToolContext } from '../tool'
import { bordering } from './bordering'
import { trail } from './trail'

const KINDS: ReadonlySet<string> = new Set([
  'polygon',
  'multipolygon',
  'polyline',
  'multipolyline',
  'box',
  'mask',
])

/** What a line does to the shapes that it crosses. */
export interface LineEdit {
  readonly operation: 'split' | 'reshape'
  /** Name of the undo step. */
  readonly message: string
}

/** Draw a line, and let it change the chosen objects, or all that it crosses where none is chosen. */
export function lineEdit(context: ToolContext, kind: LineEdit): Gesture {
  let isBusy = false
  const gesture = trail(context, {
    least: 2,
    isClosed: false,
    shape: (frame, path) => (path.length ? { kind: 'polyline', frame, path, width: null } : null),
    finish(path) {
      if (isBusy) return false
      isBusy = true
      // where it cannot be done the line stays, to be mended
      void edit(context, kind, [...path])
        .then((isDone) => isDone && gesture.stop())
        .finally(() => {
          isBusy = false
        })
      return false
    },
  })
  return gesture
}

async function edit(context: ToolContext, kind: LineEdit, path: readonly Position[]): Promise<boolean> {
  const chosen = context.selection.ids.peek()
  const ids = chosen.length ? chosen : await crossed(context, path)
  if (!ids.length) {
    context.tell('The line crosses no shape here. Esc drops it.')
    return false
  }
  const options = { line: { kind: 'polyline', frame: context.frame, path, width: null } } as const
  const made = await context.operate(kind.message, { operation: kind.operation, options }, ids, (all) =>
    bordering(context, all),
  )
  if (made && chosen.length) context.selection.set(...made)
  return made !== null
}

/** Return the objects that a line crosses or runs in. */
async function crossed(context: ToolContext, path: readonly Position[]): Promise<readonly Id[]> {
  const ids = await context.within(Bounds.grown(Bounds.of(path)!, context.reach(2)))
  return ids.filter((id) => {
    const geometry = context.shown(id)
    return geometry !== null && KINDS.has(geometry.kind) && isCrossed(geometry, path)
  })
}

function isCrossed(geometry: Geometry, path: readonly Position[]): boolean {
  const line = [...edgesOf(path, false)]
  // from vertex to vertex a line crosses no edge: its middle lies inside
  if (line.some(([a, b]) => isCovering(geometry, b) || isCovering(geometry, Position.middle(a, b))))
    return true
  return shapeOf(geometry)
    .chains(geometry)
    .some((chain) =>
      [...edgesOf(chain.path, isClosed(chain))].some(([a, b]) =>
        line.some(([c, d]) => isCrossing(a, b, c, d)),
      ),
    )
}
