import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { Metric } from '../../math/metric'
import type { Position } from '../../math/position'
import { type Aim, type LockName, Locks } from '../../tools/parts/locks'
import type { Stage } from '../../views/stage'

/** A field that is to get the focus, and what is already typed into it. */
export interface Wanted {
  readonly name: LockName
  readonly text: string
}

const NOWHERE: Aim = { start: { from: null, before: null }, at: [0, 0] }

/** Fields by the key that leads to them while something is drawn. */
const FIELDS: { readonly [key: string]: LockName } = { D: 'distance', A: 'angle', X: 'x', Y: 'y' }

/** What is typed of the next vertex, and when. */
export class TypedInput {
  readonly isOpen = signal(false)
  readonly locks: Signal<Locks>
  /** The field that takes the focus next. */
  readonly wanted = signal<Wanted | null>(null)
  readonly #stage: ReadonlySignal<Stage | null>
  readonly #tell: (sentence: string) => void

  constructor(locks: Signal<Locks>, stage: ReadonlySignal<Stage | null>, tell: (sentence: string) => void) {
    this.locks = locks
    this.#stage = stage
    this.#tell = tell
  }

  /** What the tool at work is about to place. */
  get aim(): Aim {
    return this.#stage.value?.hand.aim.value ?? NOWHERE
  }

  get isYDown(): boolean {
    return this.#stage.value?.hand.typing.isYDown ?? false
  }

  /** How long units of the frame are; distances are typed so. */
  get metric(): Metric {
    return this.#stage.value?.scale.metric.value ?? Metric.FLAT
  }

  /** Open the panel and go to its first useful field, or close it. */
  toggle(): void {
    if (this.isOpen.peek()) return this.close()
    this.isOpen.value = true
    this.wanted.value = { name: this.aim.start.from ? 'distance' : 'x', text: '' }
  }

  close(): void {
    this.isOpen.value = false
    this.free()
    this.leave()
  }

  /** Give the focus back to the map. */
  leave(): void {
    this.#stage.peek()?.view.element.focus()
  }

  free(): void {
    if (!Locks.isFree(this.locks.peek())) this.locks.value = Locks.freed(this.locks.peek())
  }

  /**
   * Take a key on the map that begins a number; true = it was taken.
   *
   * Only while something is drawn, so that digits go on choosing classes at all other times; and digits only while the
   * panel is open, so that nobody types a length who means a class. `@` opens the panel for a relative place.
   */
  key(keys: string): boolean {
    if (!this.aim.start.from) return false
    if (keys === '@') {
      this.isOpen.value = true
      this.locks.value = { ...Locks.freed(this.locks.peek()), isPlaceRelative: true }
      this.wanted.value = { name: 'x', text: '' }
      return true
    }
    if (!this.isOpen.peek()) return false
    const name = FIELDS[keys]
    if (name) this.wanted.value = { name, text: '' }
    else if (/^[0-9.]$/.test(keys)) this.wanted.value = { name: 'distance', text: keys }
    else return false
    return true
  }

  /** Fix a value, or free it. */
  lock(name: LockName, value: number | null): void {
    this.locks.value = { ...this.locks.peek(), [name]: value }
  }

  /** Count angles from the segment before, or x and y from the vertex before; what was fixed of them is free again. */
  setRelative(what: 'angle' | 'place', isRelative: boolean): void {
    const locks = this.locks.peek()
    this.locks.value =
      what === 'angle'
        ? { ...locks, angle: null, isAngleRelative: isRelative }
        : { ...locks, x: null, y: null, isPlaceRelative: isRelative }
  }

  /** Place the vertex; with nothing typed, finish what is drawn. */
  enter(): void {
    const stage = this.#stage.peek()
    const locks = this.locks.peek()
    if (!stage) return
    if (Locks.isFree(locks)) return void stage.act('finish')
    const position = this.#position(locks, stage)
    if (typeof position === 'string') return this.#tell(position)
    if (!stage.placeVertex(position))
      this.#tell('Take a drawing tool first, then type where its vertices are.')
  }

  /** Return where the vertex will be, or what is missing to know it. */
  #position(locks: Locks, stage: Stage): Position | string {
    const { start, at } = this.aim
    if (stage.view.pointer.peek() === null && !Locks.isWhole(locks, start))
      return start.from
        ? 'One number more is needed, or the pointer over the map for the rest.'
        : 'The first vertex needs both x and y, or the pointer over the map for the rest.'
    return (
      Locks.aimed(locks, start, at, this.isYDown, this.metric) ??
      'No place has all these numbers: free one of them.'
    )
  }

  /** Run work when a field is wanted; returns what ends it. */
  onWanted(work: (wanted: Wanted) => void): () => void {
    return effect(() => {
      const wanted = this.wanted.value
      if (wanted) work(wanted)
    })
  }
}
