import { computed, effect, signal } from '@preact/signals'
import { Affine } from '../../math/affine'
import type { Position } from '../../math/position'
import { type PixelValue, RasterSource } from '../../raster/source'
import type { Workbench } from '../workbench'

/** Milliseconds that the pointer rests before the server is asked. */
const REST_MS = 60

/** What is known about the place under the pointer. Kept when the pointer leaves, so that it can be read. */
export class Readout {
  readonly #bench: Workbench
  readonly #end: () => void
  /** In the view frame. */
  readonly position = computed<Position | null>(() => this.#bench.stage.value?.view.pointer.value ?? null)
  /** Column and row in the active raster, corner convention; null outside of it. */
  readonly pixel = computed(() => this.#pixel())
  /** Longitude, latitude in degrees; null where there is none. */
  readonly lonLat = signal<Position | null>(null)
  /** Exact numbers of the active raster; null outside of it, or not there yet. */
  readonly value = signal<PixelValue | null>(null)

  constructor(bench: Workbench) {
    this.#bench = bench
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = new AbortController()
    this.#end = effect(() => {
      const [position, pixel] = [this.position.value, this.pixel.value]
      clearTimeout(timer)
      asking.abort()
      asking = new AbortController()
      const { signal } = asking
      if (position) timer = setTimeout(() => void this.#ask(position, pixel, signal), REST_MS)
      else {
        this.lonLat.value = null
        this.value.value = null
      }
    })
  }

  close(): void {
    this.#end()
  }

  #pixel(): readonly [number, number] | null {
    const [position, place] = [this.position.value, this.#bench.place.value]
    if (!position || !place) return null
    const [col, row] = place.affine ? Affine.applyInverse(place.affine, position) : position
    const [width, height] = place.pixel.size
    return col >= 0 && row >= 0 && col < width && row < height ? [col, row] : null
  }

  async #ask(
    position: Position,
    pixel: readonly [number, number] | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { stage, active, session } = this.#bench
    const [frame, asset] = [stage.peek()?.view.frame, active.peek()]
    const isOnEarth = stage.peek()?.scale.ground.peek() !== null
    const place = async () => {
      if (!frame || !isOnEarth) return null
      return (await session.api.transform(frame, 'EPSG:4326', [position], signal))[0] ?? null
    }
    const value = async () => (pixel && asset ? RasterSource.value(asset, pixel[0], pixel[1], signal) : null)
    const [lonLat, numbers] = await Promise.allSettled([place(), value()])
    if (signal.aborted) return
    this.lonLat.value = lonLat.status === 'fulfilled' ? lonLat.value : null
    this.value.value = numbers.status === 'fulfilled' ? numbers.value : null
  }
}
