import type { Position } from '../../math/position'
import type { Geometry, Keypoints, Polyline } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import { type Chain, isClosed } from '../../shapes/shape'
import { Camera } from '../camera'

/** What shapes are painted on: a 2D context whose unit is the CSS pixel. */
export interface Easel {
  readonly context: CanvasRenderingContext2D
  readonly camera: Camera
}

/** How one shape is painted. Colours are CSS colours. */
export interface Ink {
  readonly stroke: string
  /** Colour of areas; null = outline only. */
  readonly fill: string | null
  readonly width: number
  /** Dash and gap in CSS pixels. */
  readonly dash?: readonly number[]
  /** Colour of a rim around lines that keeps them readable on any ground. */
  readonly halo?: string
}

const POINT_RADIUS = 5
/** Of bands whose ink knows no area. */
const BAND_OPACITY = 0.25
const HOLLOW = 'rgb(0 0 0 / 0.6)'

/** Return a colour with an opacity: `#4da3ff`, 0.25 -> `rgb(77 163 255 / 0.25)`. */
export function faded(color: string, opacity: number): string {
  const value = Number.parseInt(color.slice(1), 16)
  return `rgb(${value >> 16} ${(value >> 8) & 255} ${value & 255} / ${opacity})`
}

/** Paint a geometry: areas with their holes left out, lines, points as discs. */
export function paintGeometry(easel: Easel, geometry: Geometry, ink: Ink): void {
  const { context } = easel
  const chains = shapeOf(geometry).chains(geometry)
  if (geometry.kind === 'polyline' && geometry.width) paintBand(easel, geometry, geometry.width, ink)
  const isKnown = chains.some((chain) => chain.role !== 'points')
  if (isKnown) {
    context.beginPath()
    for (const chain of chains) if (chain.role !== 'points') tracePath(easel, chain)
    if (ink.fill && chains.some(isClosed)) {
      context.fillStyle = ink.fill
      context.fill('evenodd')
    }
    stroke(context, ink)
  }
  if (geometry.kind === 'keypoints') return paintKeypoints(easel, geometry, ink)
  for (const chain of chains)
    if (chain.role === 'points') for (const p of chain.path) paintDisc(easel, p, ink)
}

/** The band of a line with a width: as wide as it is stored, its ends flat. */
function paintBand(easel: Easel, { path }: Polyline, width: number, ink: Ink): void {
  const { context, camera } = easel
  context.beginPath()
  tracePath(easel, { path, role: 'line', part: 0 })
  context.setLineDash([])
  context.lineCap = 'butt'
  context.lineJoin = 'round'
  context.strokeStyle = ink.fill ?? ink.stroke
  context.globalAlpha = ink.fill ? 1 : BAND_OPACITY
  context.lineWidth = width / camera.unitsPerPixel
  context.stroke()
  context.globalAlpha = 1
}

/** Visible keypoints are discs, those that something hides are rings. */
function paintKeypoints(easel: Easel, { points }: Keypoints, ink: Ink): void {
  for (const { position, visible } of points) if (position) paintDisc(easel, position, ink, !visible)
}

/** Paint the outlines of many geometries in one stroke: whatever overlaps, the cost is that of one shape. */
export function paintMany(easel: Easel, geometries: readonly Geometry[], ink: Ink): void {
  const { context } = easel
  context.beginPath()
  for (const geometry of geometries)
    for (const chain of shapeOf(geometry).chains(geometry)) {
      if (chain.role === 'points') for (const p of chain.path) traceDisc(easel, p)
      // Chromium measures the whole path at every `closePath`: the first vertex once more does the same
      else
        tracePath(easel, {
          ...chain,
          role: 'line',
          path: isClosed(chain) ? [...chain.path, chain.path[0]!] : chain.path,
        })
    }
  stroke(context, ink)
}

/** Paint a line through positions. */
export function paintPath(easel: Easel, path: readonly Position[], ink: Ink): void {
  easel.context.beginPath()
  tracePath(easel, { path, role: 'line', part: 0 })
  stroke(easel.context, ink)
}

function stroke(context: CanvasRenderingContext2D, ink: Ink): void {
  context.lineJoin = 'round'
  context.lineCap = 'round'
  context.setLineDash([])
  if (ink.halo) {
    context.strokeStyle = ink.halo
    context.lineWidth = ink.width + 2.5
    context.stroke()
  }
  context.setLineDash(ink.dash ? [...ink.dash] : [])
  context.strokeStyle = ink.stroke
  context.lineWidth = ink.width
  context.stroke()
  context.setLineDash([])
}

function tracePath({ context, camera }: Easel, chain: Chain): void {
  chain.path.forEach((p, i) => {
    const [x, y] = Camera.toScreen(camera, p)
    if (i) context.lineTo(x, y)
    else context.moveTo(x, y)
  })
  if (isClosed(chain)) context.closePath()
}

function traceDisc({ context, camera }: Easel, p: Position): void {
  const [x, y] = Camera.toScreen(camera, p)
  context.moveTo(x + POINT_RADIUS, y)
  context.arc(x, y, POINT_RADIUS, 0, 2 * Math.PI)
}

function paintDisc(easel: Easel, p: Position, ink: Ink, isHollow = false): void {
  const { context } = easel
  context.beginPath()
  traceDisc(easel, p)
  context.fillStyle = isHollow ? HOLLOW : ink.stroke
  context.fill()
  context.setLineDash([])
  context.strokeStyle = isHollow ? ink.stroke : (ink.halo ?? HOLLOW)
  context.lineWidth = isHollow ? 2 : 1.5
  context.stroke()
}
