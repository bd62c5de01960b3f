import { Bounds } from '../math/bounds'
import { Position } from '../math/position'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { boundsOf } from '../shapes/hit'
import { chooseAt } from './parts/choose'
import { FrameBox, type Grip, Motion } from './parts/frame-box'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

/** Steps of turning while Shift is held, radians. */
const STEP = Math.PI / 12
const DEGREE = Math.PI / 180
/** Smallest factor: a shape never shrinks to nothing, nor turns inside out by accident. */
const LEAST = 0.01
/** Screen pixels within which a press was a click. */
const CLICK_PX = 2
/** Most objects that are carried at once. */
const MOST = 2000

export const turn: Tool = {
  id: 'turn',
  title: 'Rotate, scale, move',
  icon: 'turn',
  key: 'shift+t',
  group: 'edit',
  makes: null,
  hint: 'Drag the knob to turn, a corner to scale (Alt: about the middle), inside to move · Shift: steps of 15°, ratio, axis · arrows nudge, Ctrl+arrows turn and scale',
  start: (context) => new TurnGesture(context),
}

interface Drag {
  readonly grip: Grip
  readonly from: Position
  readonly before: ReadonlyMap<Id, Geometry>
  motion: Motion
}

class TurnGesture implements Gesture {
  readonly #context: ToolContext
  readonly #end: () => void
  #drag: Drag | null = null
  #grip: Grip | null = null
  /** Nudges wait for one another: each starts from what the one before made. */
  #nudges: Promise<void> = Promise.resolve()

  constructor(context: ToolContext) {
    this.#context = context
    this.#end = context.selection.ids.subscribe(() => this.refresh())
  }

  get cursor(): string {
    const kind = this.#drag?.grip.kind ?? this.#grip?.kind
    if (kind === 'turn') return 'grab'
    if (kind === 'corner') return 'nwse-resize'
    return kind === 'body' ? 'move' : 'default'
  }

  down(pointer: Pointer): boolean {
    const before = this.#chosen()
    const grip = this.#boxOf(before.values())?.gripAt(pointer.position)
    if (!grip) return false
    this.#drag = { grip, from: pointer.position, before, motion: Motion.NONE }
    return true
  }

  move(pointer: Pointer): void {
    this.#grip = this.#boxOf(this.#chosen().values())?.gripAt(pointer.position) ?? null
    this.refresh()
  }

  drag(pointer: Pointer): void {
    if (!this.#drag) return
    this.#drag.motion = this.#motionTo(this.#drag, pointer)
    this.#show(this.#moved(this.#drag), this.#textOf(this.#drag), pointer.position)
  }

  drop(pointer: Pointer): void {
    const drag = this.#drag
    this.#drag = null
    if (!drag) return this.refresh()
    if (Position.distance(drag.from, pointer.position) <= this.#context.reach(CLICK_PX)) {
      this.refresh()
      return drag.grip.kind === 'body' ? this.click(pointer) : undefined
    }
    void this.#write(drag.grip.kind, this.#moved(drag)).then(() => this.refresh())
  }

  click(pointer: Pointer): void {
    void chooseAt(this.#context, pointer)
  }

  key(keys: string): boolean {
    const [name, isCtrl, isShift] = [keys.split('+').at(-1)!, keys.includes('Ctrl+'), keys.includes('Shift+')]
    const [dx, dy] =
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[name] ?? []
    if (dx === undefined || dy === undefined || keys.includes('Alt+') || !this.#chosen().size) return false
    this.#nudges = this.#nudges.then(() => this.#nudge(dx, dy, isCtrl, isShift))
    return true
  }

  act(act: 'finish' | 'cancel' | 'back' | 'delete'): boolean {
    if (act !== 'cancel' || !this.#drag) return false
    this.#drag = null
    this.refresh()
    return true
  }

  leave(): void {
    this.#grip = null
  }

  refresh(): void {
    if (!this.#drag) this.#show(this.#chosen(), null, null)
  }

  stop(): void {
    this.#end()
    this.#context.sketch(null)
  }

  /** Move by a pixel of the screen, or with Ctrl turn and scale; Shift makes larger steps. */
  async #nudge(dx: number, dy: number, isCtrl: boolean, isShift: boolean): Promise<void> {
    const before = this.#chosen()
    const box = this.#boxOf(before.values())
    if (!box) return
    const up = this.#isYDown ? -1 : 1
    const by = this.#context.reach(isShift ? 10 : 1)
    const factor = 1 + dy * (isShift ? 0.1 : 0.01)
    const motion: Motion = !isCtrl
      ? { ...Motion.NONE, shift: [dx * by, dy * by * up] }
      : dx
        ? { ...this.#onGround(box.center), anchor: box.center, angle: -dx * up * (isShift ? STEP : DEGREE) }
        : { ...Motion.NONE, anchor: box.center, factors: [factor, factor] }
    const kind = !isCtrl ? 'body' : dx ? 'turn' : 'corner'
    await this.#write(kind, moved(before, motion))
    this.refresh()
  }

  #motionTo(drag: Drag, pointer: Pointer): Motion {
    const { grip, from } = drag
    const p = pointer.position
    if (grip.kind === 'turn') {
      const { aspect } = this.#onGround(grip.anchor)
      const angle =
        Math.atan2(p[1] - grip.anchor[1], (p[0] - grip.anchor[0]) * aspect) -
        Math.atan2(from[1] - grip.anchor[1], (from[0] - grip.anchor[0]) * aspect)
      return {
        ...this.#onGround(grip.anchor),
        anchor: grip.anchor,
        angle: pointer.shift ? Math.round(angle / STEP) * STEP : angle,
      }
    }
    if (grip.kind === 'corner') return scaled(grip, pointer, this.#boxOf(drag.before.values())!.center)
    const [dx, dy] = [p[0] - from[0], p[1] - from[1]]
    const isAcross = Math.abs(dx) >= Math.abs(dy)
    return { ...Motion.NONE, shift: pointer.shift ? (isAcross ? [dx, 0] : [0, dy]) : [dx, dy] }
  }

  #moved(drag: Drag): ReadonlyMap<Id, Geometry> {
    return moved(drag.before, drag.motion)
  }

  #textOf({ motion, grip }: Drag): string {
    if (grip.kind === 'turn') {
      // as on a compass: clockwise is positive, whichever way y goes
      const degrees = (motion.angle / DEGREE) * (this.#isYDown ? 1 : -1)
      const near = ((((degrees + 180) % 360) + 360) % 360) - 180
      return `${near > 0 ? '+' : ''}${near.toFixed(1)}°`
    }
    if (grip.kind === 'corner') return `× ${motion.factors[0].toFixed(3)}  × ${motion.factors[1].toFixed(3)}`
    const path: Position[] = [grip.at, Position.moved(grip.at, motion.shift[0], motion.shift[1])]
    return this.#context.measure({ kind: 'polyline', frame: this.#context.frame, path, width: null })
  }

  async #write(kind: Grip['kind'], made: ReadonlyMap<Id, Geometry>): Promise<void> {
    const verb = { turn: 'Rotate', corner: 'Scale', body: 'Move' }[kind]
    const shapes = [...made].map(([id, geometry]) => ({ id, geometry }))
    if (!shapes.length) return this.#context.tell('What is tied to its pixels cannot be moved or turned.')
    await this.#context.reshape(
      shapes.length > 1 ? `${verb} ${shapes.length} objects` : `${verb} object`,
      shapes,
    )
  }

  #show(shapes: ReadonlyMap<Id, Geometry>, text: string | null, at: Position | null): void {
    const box = this.#boxOf(shapes.values())
    if (!box) return this.#context.sketch(null)
    const [geometry, ...others] = this.#drag ? [...shapes.values()] : []
    // while it turns, a box around the turned shapes would only breathe: the knob is under the pointer
    const isTurning = this.#drag?.grip.kind === 'turn'
    this.#context.sketch({
      geometry: geometry ?? null,
      others,
      replaces: this.#drag ? [...shapes.keys()] : [],
      guide: isTurning && at ? [box.center, at] : box.outline,
      vertices: isTurning ? [] : [...box.corners, box.handle],
      mark: this.#grip && this.#grip.kind !== 'body' && !this.#drag ? markOf(this.#grip, box) : null,
      ...(text && at ? { label: { position: at, text } } : {}),
    })
  }

  /** A turn keeps shapes as they are on the ground, where a degree of longitude is shorter than one of latitude. */
  #onGround(anchor: Position): Motion {
    const [x, y] = this.#context.metric?.(anchor) ?? [1, 1]
    return { ...Motion.NONE, aspect: x / y }
  }

  get #isYDown(): boolean {
    return this.#context.typing?.isYDown ?? false
  }

  #chosen(): ReadonlyMap<Id, Geometry> {
    const ids = this.#context.selection.ids.peek().slice(0, MOST)
    return new Map(
      ids.flatMap((id) => {
        const geometry = this.#context.shown(id)
        return geometry ? [[id, geometry] as const] : []
      }),
    )
  }

  #boxOf(geometries: Iterable<Geometry>): FrameBox | null {
    const all = [...geometries].map(boundsOf).filter((bounds) => bounds !== null)
    return all.length ? new FrameBox(all.reduce(Bounds.joined), this.#isYDown, this.#context.reach) : null
  }
}

function moved(before: ReadonlyMap<Id, Geometry>, motion: Motion): ReadonlyMap<Id, Geometry> {
  return new Map(
    [...before].flatMap(([id, geometry]) => {
      const made = Motion.of(motion, geometry)
      return made ? [[id, made] as const] : []
    }),
  )
}

/** Return what dragging a corner to the pointer does; Alt scales about the middle, Shift keeps the ratio. */
function scaled(grip: Grip, pointer: Pointer, center: Position): Motion {
  const anchor = pointer.alt ? center : grip.anchor
  const factorOf = (axis: 0 | 1) => {
    const was = grip.at[axis] - anchor[axis]
    return was === 0 ? 1 : Math.max(LEAST, (pointer.position[axis] - anchor[axis]) / was)
  }
  const [fx, fy] = [factorOf(0), factorOf(1)]
  const both = Math.max(fx, fy)
  return { ...Motion.NONE, anchor, factors: pointer.shift ? [both, both] : [fx, fy] }
}

function markOf(grip: Grip, box: FrameBox) {
  return { position: grip.kind === 'turn' ? box.handle : grip.at, kind: 'vertex' } as const
}
