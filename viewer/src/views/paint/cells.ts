import type { Bounds } from '../../math/bounds'
import type { SceneStatus } from '../../model/cell'
import { Camera } from '../camera'
import type { Easel } from './brush'

/** A cell of the work grid as it is painted. */
export interface PaintedCell {
  /** In the view frame. */
  readonly bounds: Bounds
  readonly number: number
  readonly status: SceneStatus['status']
  /** The person works on it. */
  readonly isOwn: boolean
  /** Who is in it, or has completed it. */
  readonly who: string | null
}

/** Colours of the states: quieter than any label, and told by words too. */
const INKS = {
  untouched: { line: 'rgb(255 255 255 / 0.55)', dash: [2, 4] },
  started: { line: '#f5a524', dash: [] },
  complete: { line: '#4cc38a', dash: [] },
} as const
const OWN = '#4da3ff'
const VEIL = 'rgb(14 16 20 / 0.45)'
/** Screen pixels below which a cell has no words, and between its line and its border. */
const LEAST_FOR_WORDS = 70
const INSET = 1.5

/** Paint the outlines of cells; what is complete lies in the shade, so that what is left is seen. */
export function paintCells({ context, camera }: Easel, cells: readonly PaintedCell[]): void {
  for (const cell of cells) {
    const [x0, y0] = Camera.toScreen(camera, [cell.bounds[0], cell.bounds[1]])
    const [x1, y1] = Camera.toScreen(camera, [cell.bounds[2], cell.bounds[3]])
    const [left, top, width, height] = [
      Math.min(x0, x1),
      Math.min(y0, y1),
      Math.abs(x1 - x0),
      Math.abs(y1 - y0),
    ]
    if (cell.status === 'complete') {
      context.fillStyle = VEIL
      context.fillRect(left, top, width, height)
    }
    const { line, dash } = INKS[cell.status]
    context.strokeStyle = cell.isOwn ? OWN : line
    context.lineWidth = cell.isOwn ? 3 : 1
    context.setLineDash(cell.isOwn ? [] : [...dash])
    context.strokeRect(left + INSET, top + INSET, width - 2 * INSET, height - 2 * INSET)
    context.setLineDash([])
    if (Math.min(width, height) >= LEAST_FOR_WORDS) paintWords(context, cell, left + 6, top + 6, width - 12)
  }
}

function paintWords(
  context: CanvasRenderingContext2D,
  { number, status, who, isOwn }: PaintedCell,
  x: number,
  y: number,
  room: number,
): void {
  const text = [number, status === 'complete' ? '✓' : null, isOwn ? 'you' : who]
    .filter((part) => part !== null)
    .join(' ')
  context.font = '600 11px system-ui, "DejaVu Sans", sans-serif'
  context.textBaseline = 'middle'
  const width = Math.min(room, context.measureText(text).width + 10)
  context.fillStyle = 'rgb(14 16 20 / 0.75)'
  context.beginPath()
  context.roundRect(x, y, width, 18, 4)
  context.fill()
  context.fillStyle = isOwn ? OWN : status === 'untouched' ? '#d7dce5' : INKS[status].line
  context.fillText(text, x + 5, y + 9.5, width - 10)
}
