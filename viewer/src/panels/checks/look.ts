import { Operations } from '../../document/operations'
import { Bounds } from '../../math/bounds'
import type { Id } from '../../model/id'
import { type Checked, type Fault, faultsOf, filled } from '../../shapes/faults'
import { boundsOf } from '../../shapes/hit'
import { Camera } from '../../views/camera'
import type { Workbench } from '../workbench'

/** Pixels of the raster below which areas and gaps are slivers, and overlaps are rounding. */
const THIN_PX = 1
const DEPTH_PX = 0.01
/** Most objects that are tried against each other at once. */
const MOST = 3000

/** Look for what is wrong with the labels in view, and show it in the panel. */
export function checkLabels(bench: Workbench): void {
  const stage = bench.stage.peek()
  if (!stage) return
  const sight = Camera.bounds(stage.view.camera.peek())
  const hidden = bench.hidden.peek()
  const labels = stage.shown
    .near(sight)
    .filter(({ annotation }) => !hidden.has(annotation.label))
    .map(({ annotation, geometry }): Checked => ({ id: annotation.id, label: annotation.label, geometry }))
  const unit = stage.place.affine?.a ?? 1
  const faults = faultsOf(labels.slice(0, MOST), { thin: THIN_PX * unit, depth: DEPTH_PX * unit })
  bench.faults.value = faults
  const isWhole = labels.length <= MOST && (stage.near.sight.peek()?.isComplete ?? false)
  if (!isWhole) bench.toasts.tell('There is too much in view to check all of it: zoom in and check again.')
}

/** Bring a fault into sight and choose the objects that it is about. */
export function goTo(bench: Workbench, fault: Fault): void {
  const stage = bench.stage.peek()
  if (!stage) return
  bench.session.selection.set(...fault.ids)
  const around = Bounds.of(fault.ring ?? fault.positions)
  if (!around) return
  const least = 60 * (stage.place.affine?.a ?? 1)
  bench.fit(Bounds.around(Bounds.center(around), Math.max(least, ...Bounds.size(around))))
}

/** What a fault may be mended by; null = only a hand can. */
export interface Mend {
  readonly title: string
  run(): Promise<void>
}

/** Return what would mend a fault without guessing. */
export function mendOf(bench: Workbench, fault: Fault): Mend | null {
  const { session } = bench
  const again = () => checkLabels(bench)
  if (fault.kind === 'sliver')
    return {
      title: 'Delete it',
      run: async () => {
        session.editor.remove(fault.ids)
        again()
      },
    }
  if (fault.kind === 'overlap') {
    // what was drawn first keeps its shape
    const [first, second] = byAge(bench, fault.ids)
    if (!first || !second) return null
    const operation = { operation: 'cut_out', options: {} } as const
    return {
      title: 'Cut the newer one back',
      run: async () => {
        await new Operations(session).run('Mend overlap', operation, [second, first])
        again()
      },
    }
  }
  if (fault.kind === 'gap' && fault.ring) {
    const found = wholeOf(bench, fault)
    return (
      found && {
        title: 'Fill the gap',
        run: async () => {
          await bench.stage.peek()?.hand.reshape('Fill gap', [found])
          again()
        },
      }
    )
  }
  return null
}

function byAge(bench: Workbench, ids: readonly Id[]): readonly Id[] {
  const fidOf = (id: Id) => bench.session.labels.get(id)?.fid || Infinity
  return ids.filter((id) => bench.session.labels.get(id)).toSorted((a, b) => fidOf(a) - fidOf(b))
}

/** Return the largest object beside a gap that can take it in, with the gap in it. */
function wholeOf(bench: Workbench, { ids, ring }: Fault) {
  const shown = ids.flatMap((id) => bench.stage.peek()?.shown.get(id) ?? [])
  const widths = shown.toSorted(
    (a, b) =>
      Math.max(...Bounds.size(boundsOf(b.geometry)!)) - Math.max(...Bounds.size(boundsOf(a.geometry)!)),
  )
  for (const { annotation, geometry } of widths) {
    const made = filled(geometry, ring!)
    if (made && !bench.session.guard.isLocked(annotation)) return { id: annotation.id, geometry: made }
  }
  return null
}
