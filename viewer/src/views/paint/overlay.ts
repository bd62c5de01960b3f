import { Bounds } from '../../math/bounds'
import type { Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import type { Sketch } from '../../tools/tool'
import { Camera } from '../camera'
import { type Easel, faded, paintGeometry } from './brush'
import { HALO, paintHandles, paintSketch, SELECTION } from './sketch'

/** A geometry in the view frame with its colour. */
export interface Stroke {
  readonly geometry: Geometry
  readonly bounds: Bounds
  readonly color: string
}

/** Everything that is painted over the tiles, bottom first. */
export interface Overlay {
  readonly labels: readonly Stroke[]
  readonly preview: readonly Stroke[]
  readonly hovered: Stroke | null
  readonly chosen: readonly Stroke[]
  readonly sketch: Sketch | null
  /** Colour of what is being drawn. */
  readonly color: string
  readonly fillOpacity: number
}

/** Paint the overlay of a view. */
export function paintOverlay(easel: Easel, overlay: Overlay): void {
  const sight = Bounds.grown(Camera.bounds(easel.camera), 12 * easel.camera.unitsPerPixel)
  const isSeen = ({ bounds }: Stroke) => Bounds.meets(bounds, sight)
  for (const { geometry, color } of overlay.labels.filter(isSeen))
    paintGeometry(easel, geometry, { stroke: color, fill: faded(color, overlay.fillOpacity), width: 1.5 })
  for (const { geometry, color } of overlay.preview.filter(isSeen))
    paintGeometry(easel, geometry, {
      stroke: color,
      fill: faded(color, 0.15),
      width: 1.5,
      dash: [4, 3],
      halo: HALO,
    })
  if (overlay.hovered)
    paintGeometry(easel, overlay.hovered.geometry, { stroke: '#ffffff', fill: null, width: 2, halo: HALO })
  const chosen = overlay.chosen.filter(isSeen)
  for (const { geometry } of chosen)
    paintGeometry(easel, geometry, { stroke: SELECTION, fill: faded(SELECTION, 0.16), width: 2, halo: HALO })
  for (const { geometry } of chosen.slice(-20)) {
    const vertices = shapeOf(geometry)
      .chains(geometry)
      .filter((chain) => chain.role !== 'points')
      .flatMap((chain) => chain.path)
    paintHandles(easel, vertices, SELECTION)
  }
  if (overlay.sketch) paintSketch(easel, overlay.sketch, overlay.color)
}
