import { expect } from 'vitest'
import type { Operation } from '../src/document/operations'
import { Selection } from '../src/document/selection'
import { Bounds } from '../src/math/bounds'
import { Metric } from '../src/math/metric'
import type { Position } from '../src/math/position'
import { Annotation } from '../src/model/annotation'
import type { Geometry, Polygon } from '../src/model/geometry'
import type { Region } from '../src/model/region'
import { boundsOf, isCovering } from '../src/shapes/hit'
import { Aids } from '../src/tools/parts/aids'
import { Locks } from '../src/tools/parts/locks'
import { type PaintDesk, PaintOptions, type PixelGroups } from '../src/tools/parts/paint'
import type { Gesture, Pointer, Reshape, Shown, Sketch, ToolContext } from '../src/tools/tool'

/** A view without a screen: one unit is one pixel. */
export class FakeContext implements ToolContext {
  readonly frame = 'f'
  readonly selection = new Selection()
  readonly drawn: Geometry[] = []
  readonly reshaped: { message: string; shapes: readonly Reshape[] }[] = []
  readonly removed: string[] = []
  readonly told: string[] = []
  readonly labels = new Map<string, Shown>()
  isSnapping = true
  metric = Metric.FLAT
  aids = Aids.DEFAULT
  painting: FakePainting | undefined = undefined
  current: Sketch | null = null
  hovered: string | null = null

  add(id: string, geometry: Geometry): string {
    const annotation = {
      ...Annotation.make({ scene: 's', label: 'a', geometry, actor: 'me', tool: 't' }),
      id,
    }
    this.labels.set(id, { annotation, geometry })
    return id
  }

  reach = (pixels: number) => pixels
  shown = (id: string) => this.labels.get(id)?.geometry ?? null
  near = (bounds: Bounds) =>
    [...this.labels.values()].filter(({ geometry }) => Bounds.meets(boundsOf(geometry)!, bounds))
  around = (bounds: Bounds) => this.near(bounds)
  gather = (_positions: readonly Position[]): Promise<void> | null => null
  pick = async (p: Position) =>
    [...this.labels].find(([, { geometry }]) => isCovering(geometry, p))?.[0] ?? null
  within = async (bounds: Bounds) => this.near(bounds).map(({ annotation }) => annotation.id)
  measure = () => 'measured'
  draw = (geometry: Geometry, _tool?: string, also?: readonly Reshape[]) => {
    this.drawn.push(geometry)
    if (also?.length) this.reshaped.push({ message: 'Draw', shapes: also })
  }
  reshape = async (message: string, shapes: readonly Reshape[]) =>
    void this.reshaped.push({ message, shapes })
  readonly operated: { message: string; operation: Operation; ids: readonly string[] }[] = []
  operate = async (message: string, operation: Operation, ids: readonly string[]) => {
    this.operated.push({ message, operation, ids })
    return ids
  }
  cutOut = async (geometry: Geometry, _by: readonly Geometry[]): Promise<Geometry | null> => geometry
  remove = (ids: readonly string[]) => void this.removed.push(...ids)
  sketch = (sketch: Sketch | null) => {
    this.current = sketch
  }
  hover = (id: string | null) => {
    this.hovered = id
  }
  pan = () => {}
  tell = (sentence: string) => void this.told.push(sentence)
}

/** A context where numbers can be typed. */
export class TypedContext extends FakeContext {
  locks = Locks.NONE
  readonly typing = ((context: TypedContext) => ({
    isYDown: false,
    get locks() {
      return context.locks
    },
    lock(locks: Locks) {
      context.locks = locks
    },
  }))(this)
}

/** Return a context in which nothing catches. */
export const quiet = <C extends FakeContext>(context: C): C => {
  context.isSnapping = false
  return context
}

/** Return a square by its lower left corner. */
export const square = (x = 0, y = 0, side = 100): Polygon => ({
  kind: 'polygon',
  frame: 'f',
  exterior: [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ],
  holes: [],
})

/** Wait for everything that was promised meanwhile. */
export const settled = () => new Promise((resolve) => setTimeout(resolve))

/** Return a pointer at a place, with keys held. */
export const at = (x: number, y: number, held: Partial<Pointer> = {}): Pointer => ({
  position: [x, y],
  alt: false,
  shift: false,
  ctrl: false,
  ...held,
})

/** Move to each place and click there. */
export function clicks(gesture: Gesture, ...positions: readonly (readonly [number, number])[]): void {
  for (const [x, y] of positions) {
    gesture.move?.(at(x, y))
    if (!gesture.down?.(at(x, y))) gesture.click?.(at(x, y))
  }
}

/** Press, move along, release. */
export function drag(gesture: Gesture, from: Pointer, ...to: readonly Pointer[]): void {
  gesture.move?.(from)
  expect(gesture.down?.(from)).toBe(true)
  for (const pointer of to) gesture.drag?.(pointer)
  gesture.drop?.(to.at(-1)!)
}

/** A raster whose pixels are the units of the view. */
export class FakePainting implements PaintDesk {
  options = PaintOptions.DEFAULT
  readonly painted: { region: Region; isErasing: boolean }[] = []
  readonly shown: Region[] = []
  nCancelled = 0
  set = (options: PaintOptions) => {
    this.options = options
  }
  pixelOf = (position: Position) => position
  placeOf = (pixel: Position) => pixel
  begin = () => true
  extend = (region: Region) => void this.shown.push(region)
  finish = (region: Region, isErasing: boolean) => void this.painted.push({ region, isErasing })
  clear = () => void this.shown.splice(0)
  found: Region | null = null
  readonly tolerances: number[] = []
  alike = async (_pixel: Position, tolerance: number) => {
    this.tolerances.push(tolerance)
    return this.found
  }
  patches: PixelGroups | null = null
  groups = async () => this.patches
  cancel = () => {
    this.nCancelled++
  }
}
