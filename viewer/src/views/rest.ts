import { effect, type ReadonlySignal, signal } from '@preact/signals-core'
import type { Bounds } from '../math/bounds'
import { Camera } from './camera'
import type { View } from './view'

/** Milliseconds after the last change before the view is taken to be at rest. */
const REST_MS = 120

/** Says what is in sight as soon as the camera stands still: while it moves nothing is asked for. */
export class Rest {
  /** In the view frame; null = it has not stood still yet. */
  readonly sight = signal<Bounds | null>(null)
  readonly #view: View
  readonly #end: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param unrest Whatever changes with it makes what is in sight new, as a move of the camera does. */
  constructor(view: View, unrest: ReadonlySignal<unknown>) {
    this.#view = view
    this.#end = effect(() => {
      void [view.camera.value, unrest.value]
      this.#wait(this.sight.peek() ? REST_MS : 0)
    })
  }

  /** Whether the camera stands still now. */
  get isNow(): boolean {
    return this.#timer === undefined
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end()
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#view.isMoving()) return this.#wait(REST_MS)
      this.#timer = undefined
      this.sight.value = Camera.bounds(this.#view.camera.peek())
    }, ms)
  }
}
