import type { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import { Ontology } from '../../model/ontology'
import type { Region } from '../../model/region'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'
import { newLayer } from '../../views/painter'
import type { Workbench } from '../workbench'

/** Objects that are painted in one step. */
const MOST_OBJECTS = 5000

/** Return the pixels of an area; null where the geometry is none. */
export function regionOf(geometry: Geometry, pixelOf: (position: Position) => Position): Region | null {
  const rings = shapeOf(geometry)
    .chains(geometry)
    .filter(isClosed)
    .map(({ path }) => path.map((position) => pixelOf(position) as [number, number]))
  return rings.length ? { kind: 'polygon', rings } : null
}

/** Paint the pixels of the chosen areas, each in its own class: one undo step. */
export function paintObjects(bench: Workbench): void {
  const { session, painting, toasts } = bench
  const stage = bench.stage.peek()
  const ids = session.selection.ids.peek()
  if (!stage || !ids.length) return
  if (ids.length > MOST_OBJECTS)
    return toasts.tell(
      `At most ${MOST_OBJECTS.toLocaleString('en')} objects are painted at once; choose fewer.`,
    )
  const ontology = session.ontology.peek()
  const strokes = ids.flatMap((id) => {
    const label = stage.shown.get(id)
    const region = label && regionOf(label.geometry, (position) => stage.hand.painting.pixelOf(position))
    const code = label && Ontology.get(ontology, label.annotation.label)?.code
    return region && code ? [{ region, code }] : []
  })
  if (!strokes.length) return toasts.tell('None of the chosen objects is an area that could be painted.')
  const layer = painting.target.peek() ?? newLayer(session, stage.place.asset, '')
  session.editor.paintAll(layer, strokes, painting.options.peek().isOnlyUnlabelled)
  painting.aimAt(layer)
  const left = ids.length - strokes.length
  toasts.ok(
    `${strokes.length.toLocaleString('en')} ${strokes.length === 1 ? 'object was' : 'objects were'} painted.${left ? ` ${left} without an area ${left === 1 ? 'was' : 'were'} left out.` : ''}`,
  )
}
