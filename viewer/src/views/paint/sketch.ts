import { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import type { Ghost, Mark, Problem, Sketch, Tip } from '../../tools/tool'
import { Camera } from '../camera'
import { type Easel, faded, type Ink, paintGeometry, paintMany, paintPath } from './brush'
import { paintStencil } from './stencil'

/** Colours of the hand: they stand out on any imagery and are no class's colour. */
export const SELECTION = '#ffd400'
export const SNAP = '#ff4fd8'
export const ACCENT = '#4da3ff'
export const WRONG = '#e5484d'
export const HALO = 'rgb(0 0 0 / 0.55)'

/** Most vertices that are drawn as handles: more would hide the shape. */
const MOST_HANDLES = 2000
/** Carried shapes that are filled; more are outlined as one, so that the pointer does not wait for them. */
const MOST_FILLED = 200

/** Paint what a tool shows. */
export function paintSketch(easel: Easel, sketch: Sketch, classColor: string): void {
  const color = sketch.isRuler ? ACCENT : classColor
  const ink: Ink = { stroke: color, fill: faded(color, 0.22), width: 2, halo: HALO }
  if (sketch.crosshair) paintCrosshair(easel, sketch.crosshair)
  for (const other of sketch.others ?? []) paintGeometry(easel, other, ink)
  if (sketch.geometry) paintGeometry(easel, sketch.geometry, ink)
  if (sketch.ghost) paintGhost(easel, sketch.ghost)
  for (const line of sketch.lines ?? []) paintPath(easel, line, { ...ink, fill: null })
  if (sketch.guide?.length) paintPath(easel, sketch.guide, { ...ink, fill: null, width: 1.5, dash: [5, 4] })
  for (const stencil of sketch.stencils ?? []) paintStencil(easel, stencil, color)
  if (sketch.busy) paintLabel(easel, easel.camera.center, 'Grouping pixels …')
  if (sketch.tip) paintTip(easel, sketch.tip, color)
  if (sketch.band) paintBand(easel, sketch.band)
  if (sketch.vertices) paintHandles(easel, sketch.vertices, color)
  if (sketch.mark) paintMark(easel, sketch.mark)
  if (sketch.problem) paintProblem(easel, sketch.problem)
  for (const { position, text } of sketch.labels ?? []) paintLabel(easel, position, text)
  if (sketch.label) paintLabel(easel, sketch.label.position, sketch.label.text)
}

/** Paint what is carried: where the camera is shifted back, the shapes stand further on. */
function paintGhost({ context, camera }: Easel, { geometries, shift: [dx, dy] }: Ghost): void {
  const moved = { ...camera, center: [camera.center[0] - dx, camera.center[1] - dy] as const }
  const easel = { context, camera: moved }
  if (geometries.length > MOST_FILLED)
    return paintMany(easel, geometries, { stroke: SELECTION, fill: null, width: 1 })
  const ink: Ink = { stroke: SELECTION, fill: faded(SELECTION, 0.16), width: 2, dash: [5, 4], halo: HALO }
  for (const geometry of geometries) paintGeometry(easel, geometry, ink)
}

/** Paint vertices as small squares. */
export function paintHandles({ context, camera }: Easel, vertices: readonly Position[], color: string): void {
  if (vertices.length > MOST_HANDLES) return
  const [width, height] = camera.size
  context.setLineDash([])
  context.lineWidth = 1.5
  context.strokeStyle = color
  context.fillStyle = '#ffffff'
  for (const vertex of vertices) {
    const [x, y] = Camera.toScreen(camera, vertex)
    if (x < -5 || y < -5 || x > width + 5 || y > height + 5) continue
    context.beginPath()
    context.rect(x - 3, y - 3, 6, 6)
    context.fill()
    context.stroke()
  }
}

function paintMark({ context, camera }: Easel, mark: Mark): void {
  const [x, y] = Camera.toScreen(camera, mark.position)
  context.setLineDash([])
  context.lineWidth = 2
  context.beginPath()
  traceMark(context, mark.kind, x, y)
  const isSnap = mark.kind.startsWith('snap-')
  if (!isSnap) {
    context.fillStyle = mark.kind === 'remove' ? WRONG : ACCENT
    context.fill()
  }
  context.strokeStyle = isSnap ? SNAP : '#ffffff'
  context.stroke()
  if (mark.kind !== 'insert' && mark.kind !== 'remove') return
  context.beginPath()
  context.moveTo(x - 3, y)
  context.lineTo(x + 3, y)
  if (mark.kind === 'insert') {
    context.moveTo(x, y - 3)
    context.lineTo(x, y + 3)
  }
  context.stroke()
}

/** A vertex is a square, a crossing a cross, a middle a triangle, an edge a circle. */
function traceMark(context: CanvasRenderingContext2D, kind: Mark['kind'], x: number, y: number): void {
  if (kind === 'snap-vertex') return context.rect(x - 6, y - 6, 12, 12)
  if (kind === 'snap-crossing') {
    context.moveTo(x - 6, y - 6)
    context.lineTo(x + 6, y + 6)
    context.moveTo(x + 6, y - 6)
    return context.lineTo(x - 6, y + 6)
  }
  if (kind === 'snap-midpoint') {
    context.moveTo(x, y - 7)
    context.lineTo(x + 7, y + 5)
    context.lineTo(x - 7, y + 5)
    return context.closePath()
  }
  context.arc(x, y, kind === 'snap-edge' ? 6 : 5.5, 0, 2 * Math.PI)
}

/** Paint where a shape is wrong: a red ring with a cross. */
function paintProblem({ context, camera }: Easel, problem: Problem): void {
  context.setLineDash([])
  for (const position of problem.positions.slice(0, MOST_HANDLES)) {
    const [x, y] = Camera.toScreen(camera, position)
    context.beginPath()
    context.arc(x, y, 9, 0, 2 * Math.PI)
    context.fillStyle = 'rgb(255 255 255 / 0.9)' // a class may be red too
    context.fill()
    context.moveTo(x - 4, y - 4)
    context.lineTo(x + 4, y + 4)
    context.moveTo(x + 4, y - 4)
    context.lineTo(x - 4, y + 4)
    for (const [style, width] of [
      [HALO, 5],
      [WRONG, 2.5],
    ] as const) {
      context.strokeStyle = style
      context.lineWidth = width
      context.stroke()
    }
  }
}

function paintCrosshair({ context, camera }: Easel, position: Position): void {
  const [x, y] = Camera.toScreen(camera, position).map((v) => Math.round(v) + 0.5) as [number, number]
  context.setLineDash([])
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(camera.size[0], y)
  context.moveTo(x, 0)
  context.lineTo(x, camera.size[1])
  for (const [style, width] of [
    ['rgb(0 0 0 / 0.4)', 2.5],
    ['rgb(255 255 255 / 0.75)', 1],
  ] as const) {
    context.strokeStyle = style
    context.lineWidth = width
    context.stroke()
  }
}

/** Paint the rim of a brush: in the class's colour, in white where it takes away. */
function paintTip({ context, camera }: Easel, tip: Tip, color: string): void {
  const [x, y] = Camera.toScreen(camera, tip.position)
  const corner = Camera.toScreen(camera, tip.corner)
  const [rx, ry] = [Math.max(1.5, Math.abs(corner[0] - x)), Math.max(1.5, Math.abs(corner[1] - y))]
  context.beginPath()
  if (tip.shape === 'square') context.rect(x - rx, y - ry, 2 * rx, 2 * ry)
  else context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI)
  context.setLineDash([])
  context.strokeStyle = HALO
  context.lineWidth = 3.5
  context.stroke()
  context.setLineDash(tip.isErasing ? [4, 3] : [])
  context.strokeStyle = tip.isErasing ? '#ffffff' : color
  context.lineWidth = 1.5
  context.stroke()
  context.setLineDash([])
  if (Math.min(rx, ry) < 6) return // a rim so small shows where it is by itself
  context.beginPath()
  context.arc(x, y, 1, 0, 2 * Math.PI)
  context.fillStyle = '#ffffff'
  context.fill()
}

function paintBand({ context, camera }: Easel, band: Bounds): void {
  const [a, b] = [Camera.toScreen(camera, [band[0], band[1]]), Camera.toScreen(camera, [band[2], band[3]])]
  const bounds = Bounds.of([a, b])!
  const [width, height] = Bounds.size(bounds)
  context.fillStyle = faded(ACCENT, 0.12)
  context.fillRect(bounds[0], bounds[1], width, height)
  context.setLineDash([4, 3])
  context.strokeStyle = ACCENT
  context.lineWidth = 1
  context.strokeRect(bounds[0], bounds[1], width, height)
  context.setLineDash([])
}

/** Paint a text beside a position. */
export function paintLabel({ context, camera }: Easel, position: Position, text: string): void {
  if (!text) return
  context.font = '600 11px ui-monospace, "DejaVu Sans Mono", monospace'
  context.textBaseline = 'middle'
  const width = context.measureText(text).width + 14
  const [x, y] = Camera.toScreen(camera, position)
  const left = x + 16 + width > camera.size[0] ? x - 16 - width : x + 16
  const top = Math.min(Math.max(4, y + 14), camera.size[1] - 24)
  context.fillStyle = 'rgb(14 16 20 / 0.85)'
  context.beginPath()
  context.roundRect(left, top, width, 20, 4)
  context.fill()
  context.fillStyle = '#ffffff'
  context.fillText(text, left + 7, top + 10.5)
}
