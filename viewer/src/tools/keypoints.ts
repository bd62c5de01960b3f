import { Position } from '../math/position'
import type { Keypoints } from '../model/geometry'
import type { LabelClass } from '../model/ontology'
import { bonesOf } from '../shapes/bones'
import { aimedAt, freeLocks } from './parts/aim'
import type { Gesture, Pointer, Tool, ToolAct, ToolContext } from './tool'

/** Screen pixels within which a keypoint is under the pointer, and half the size of the cross of a hidden one. */
const REACH_PX = 9
const CROSS_PX = 5

type Keypoint = Keypoints['points'][number]

export const keypoints: Tool = {
  id: 'keypoints',
  title: 'Keypoints',
  icon: 'keypoints',
  key: 'k',
  group: 'draw',
  makes: 'keypoints',
  hint: 'Click one keypoint after the other, the next is named beside the pointer · V hidden or visible · Q skips one · Backspace drops the last · Enter finishes early · Esc cancels',
  start: (context) => new KeypointsGesture(context),
}

class KeypointsGesture implements Gesture {
  readonly cursor = 'crosshair'
  readonly #context: ToolContext
  /** In the order of the skeleton; those without a position were skipped. */
  #points: Keypoint[] = []
  #pointer: Pointer | null = null

  constructor(context: ToolContext) {
    this.#context = context
  }

  move(pointer: Pointer): void {
    this.#pointer = pointer
    this.#show()
  }

  click(pointer: Pointer): void {
    this.#pointer = pointer
    this.place(this.#aimed(pointer).position)
  }

  place(position: Position): void {
    this.#put({ position, visible: true })
  }

  leave(): void {
    this.#pointer = null
    this.#show()
  }

  key(keys: string): boolean {
    if (!this.#points.length) return false
    if (keys === 'Q') this.#put({ position: null, visible: true })
    else if (keys === 'V') this.#turn()
    else return false
    return true
  }

  act(act: ToolAct): boolean {
    if (!this.#points.length || act === 'delete') return false
    if (act === 'cancel') this.stop()
    else if (act === 'back') this.#points.pop()
    else this.#finish()
    this.#show()
    return true
  }

  refresh(): void {
    this.#show()
  }

  stop(): void {
    this.#points = []
    freeLocks(this.#context)
    this.#context.sketch(null)
  }

  get #skeleton(): LabelClass['skeleton'] {
    return this.#context.label?.skeleton ?? null
  }

  get #placed(): readonly Position[] {
    return this.#points.flatMap(({ position }) => (position ? [position] : []))
  }

  #put(point: Pick<Keypoint, 'position' | 'visible'>): void {
    const skeleton = this.#skeleton
    if (!skeleton) {
      const title = this.#context.label?.title ?? 'This class'
      return this.#context.tell(
        `${title} has no skeleton, which names the keypoints: give it one in its settings, under Keypoints.`,
      )
    }
    this.#points.push({ name: skeleton.names[this.#points.length]!, ...point })
    freeLocks(this.#context)
    if (this.#points.length >= skeleton.names.length) this.#finish()
    this.#show()
  }

  /** Turn a keypoint hidden or visible: the one under the pointer, else the newest. */
  #turn(): void {
    const reach = this.#context.reach(REACH_PX)
    const at = this.#pointer?.position
    const isUnder = ({ position }: Keypoint) => position && at && Position.distance(position, at) <= reach
    const under = this.#points.findIndex(isUnder)
    const index = under >= 0 ? under : this.#points.findLastIndex(({ position }) => position !== null)
    const point = this.#points[index]
    if (point) this.#points[index] = { ...point, visible: !point.visible }
    this.#show()
  }

  #finish(): void {
    const names = this.#skeleton?.names ?? []
    if (!this.#placed.length) return this.#context.tell('At least one keypoint needs a place.')
    const points = names.map((name, i) => this.#points[i] ?? { name, position: null, visible: true })
    this.#context.draw({ kind: 'keypoints', frame: this.#context.frame, points }, 'keypoints')
    this.stop()
  }

  #aimed(pointer: Pointer) {
    return aimedAt(this.#context, pointer, this.#placed)
  }

  #show(): void {
    const aimed = this.#pointer && this.#aimed(this.#pointer)
    const skeleton = this.#skeleton
    if (!skeleton || (!aimed && !this.#points.length)) return this.#context.sketch(null)
    const { names } = skeleton
    const n = this.#points.length
    const next = aimed ? [{ name: names[n]!, position: aimed.position, visible: true }] : []
    const bones = bonesOf([...this.#points, ...next], skeleton)
    const hidden = this.#points.filter(({ visible }) => !visible)
    const label = aimed && { position: aimed.position, text: `${names[n]} · ${n + 1} of ${names.length}` }
    this.#context.sketch({
      lines: [...bones, ...hidden.flatMap(({ position }) => (position ? this.#cross(position) : []))],
      vertices: this.#points.flatMap(({ position, visible }) => (position && visible ? [position] : [])),
      mark: aimed?.mark ?? null,
      aim: aimed?.aim ?? null,
      ...(label ? { label } : {}),
    })
  }

  #cross([x, y]: Position): readonly (readonly Position[])[] {
    const by = this.#context.reach(CROSS_PX)
    return [1, -1].map((sign) => [
      [x - by, y - sign * by],
      [x + by, y + sign * by],
    ])
  }
}
