import { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import type { Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import type { Sketch } from '../../tools/tool'
import { Camera } from '../camera'
import { type Easel, faded, paintGeometry, paintMany, paintPath } from './brush'
import { type PaintedCell, paintCells } from './cells'
import { HALO, paintHandles, paintLabel, paintSketch, SELECTION } from './sketch'

/** A geometry in the view frame with its colour. */
export interface Stroke {
  readonly geometry: Geometry
  readonly bounds: Bounds
  readonly color: string
  /** It is drawn without handles: nothing takes hold of it. */
  readonly isLocked?: boolean
}

/** What belongs to a label and is in no tile. */
export interface Dress {
  /** Null = the tiles draw all of it. */
  readonly geometry: Geometry | null
  /** Between its keypoints. */
  readonly bones: readonly (readonly Position[])[]
  readonly color: string
  /** The text in the picture that it stands for, and where. */
  readonly caption: { readonly position: Position; readonly text: string } | null
}

/** What is painted over the tiles and stays while only the pointer moves, bottom first. */
export interface StillOverlay {
  /** Cells of the work grid, below all others. */
  readonly cells: readonly PaintedCell[]
  readonly labels: readonly Stroke[]
  readonly dressed: readonly Dress[]
  readonly preview: readonly Stroke[]
  readonly chosen: readonly Stroke[]
  readonly fillOpacity: number
}

/** What is painted above that and follows the pointer. */
export interface MovingOverlay {
  readonly hovered: Stroke | null
  readonly sketch: Sketch | null
  /** Colour of what is being drawn. */
  readonly color: string
}

/** Chosen shapes above which all are outlined as one. */
const MOST_FILLED = 500

/** Characters of a text that are shown beside its shape. */
const LONGEST_CAPTION = 40

/** Paint what stays while only the pointer moves. */
export function paintStill(easel: Easel, overlay: StillOverlay): void {
  const sight = Bounds.grown(Camera.bounds(easel.camera), 12 * easel.camera.unitsPerPixel)
  const isSeen = ({ bounds }: { readonly bounds: Bounds }) => Bounds.meets(bounds, sight)
  paintCells(easel, overlay.cells.filter(isSeen))
  for (const stroke of overlay.labels.filter(isSeen))
    paintGeometry(easel, stroke.geometry, {
      stroke: stroke.color,
      fill: faded(stroke.color, overlay.fillOpacity),
      width: 1.5,
    })
  for (const { geometry, bones, color, caption } of overlay.dressed) {
    for (const bone of bones) paintPath(easel, bone, { stroke: color, fill: null, width: 2 })
    if (geometry) paintGeometry(easel, geometry, { stroke: color, fill: null, width: 2 })
    if (caption) paintLabel(easel, caption.position, shortened(caption.text))
  }
  for (const { geometry, color } of overlay.preview.filter(isSeen))
    paintGeometry(easel, geometry, {
      stroke: color,
      fill: faded(color, 0.15),
      width: 1.5,
      dash: [4, 3],
      halo: HALO,
    })
  const chosen = overlay.chosen.filter(isSeen)
  if (chosen.length > MOST_FILLED)
    paintMany(
      easel,
      chosen.map(({ geometry }) => geometry),
      { stroke: SELECTION, fill: null, width: 1.5 },
    )
  else
    for (const { geometry, isLocked } of chosen)
      paintGeometry(easel, geometry, {
        stroke: SELECTION,
        fill: faded(SELECTION, 0.16),
        width: 2,
        halo: HALO,
        ...(isLocked ? { dash: [6, 4] } : {}),
      })
  for (const { geometry, isLocked } of chosen.slice(-20)) {
    if (isLocked) continue
    const vertices = shapeOf(geometry)
      .chains(geometry)
      .filter((chain) => chain.role !== 'points')
      .flatMap((chain) => chain.path)
    paintHandles(easel, vertices, SELECTION)
  }
}

/** Paint what follows the pointer. */
export function paintMoving(easel: Easel, { hovered, sketch, color }: MovingOverlay): void {
  if (hovered) paintGeometry(easel, hovered.geometry, { stroke: '#ffffff', fill: null, width: 2, halo: HALO })
  if (sketch) paintSketch(easel, sketch, color)
}

/** Return a text that fits beside a shape. */
function shortened(text: string): string {
  return text.length > LONGEST_CAPTION ? `${text.slice(0, LONGEST_CAPTION - 1)}…` : text
}
