import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core'
import { Ground } from '../math/ground'
import { lengthOf } from '../math/path'
import type { Geometry } from '../model/geometry'
import { shapeOf } from '../shapes'
import { areaIn, partsOf } from '../shapes/hit'
import type { Transform } from '../shapes/placement'
import type { View } from './view'

/** Inches and pixels: what "1:1000 on the screen" means by convention (96 CSS pixels to the inch). */
const METRES_PER_CSS_PIXEL = 0.0254 / 96

/** Knows how the frame lies on the ground where the view looks, and so measures in metres whatever the frame's unit. */
export class GroundScale {
  /** Null where the frame leads to no place on Earth, or nothing is known yet. */
  readonly ground = signal<Ground | null>(null)
  /** The N of 1:N on the screen; null where the ground is not known. */
  readonly scale = computed(() => {
    const ground = this.ground.value
    if (!ground) return null
    return (Ground.metresPerUnit(ground) * this.#view.camera.value.unitsPerPixel) / METRES_PER_CSS_PIXEL
  })

  readonly #view: View
  readonly #transform: Transform
  readonly #end: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #isLost = false

  /** @param isOnEarth whether the frame leads to a place on Earth; null = not known yet */
  constructor(view: View, transform: Transform, isOnEarth: ReadonlySignal<boolean | null>) {
    this.#view = view
    this.#transform = transform
    this.#end = effect(() => {
      void view.camera.value
      clearTimeout(this.#timer)
      if (!isOnEarth.value) return // no question that can only be refused
      this.#timer = setTimeout(() => void this.#ask(), this.ground.peek() ? 250 : 0)
    })
  }

  /** Return a measure in words: areas for areas, lengths for lines, both sides for boxes. */
  measure(geometry: Geometry): string {
    const ground = this.ground.peek()
    const lines = shapeOf(geometry).chains(geometry)
    const length = (path: Parameters<typeof lengthOf>[0]) =>
      ground ? Ground.length(ground, path) : lengthOf(path)
    if (geometry.kind === 'box') {
      const [a, b, c] = lines[0]!.path
      return `${this.#lengthText(length([a!, b!]))} × ${this.#lengthText(length([b!, c!]))}`
    }
    const parts = partsOf(lines)
    if (parts.length) {
      const area = ground
        ? parts.reduce(
            (sum, [outer, ...holes]) =>
              sum + Ground.area(ground, outer!) - holes.reduce((cut, h) => cut + Ground.area(ground, h), 0),
            0,
          )
        : areaIn(geometry)
      const around = parts.reduce((sum, [outer]) => sum + length([...outer!, outer![0]!]), 0)
      return `${this.#areaText(area)} · ${this.#lengthText(around)}`
    }
    const along = lines.reduce((sum, chain) => (chain.role === 'line' ? sum + length(chain.path) : sum), 0)
    return along ? this.#lengthText(along) : ''
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end()
  }

  async #ask(): Promise<void> {
    if (this.#isLost) return
    const { center, unitsPerPixel, size } = this.#view.camera.peek()
    const step = unitsPerPixel * Math.min(...size) * 0.25
    const [x, y] = center
    try {
      const at = await this.#transform(this.#view.frame, 'EPSG:4326', [
        [x, y],
        [x + step, y],
        [x, y + step],
      ])
      const [a, b, c] = at
      this.ground.value = a && b && c ? Ground.of(step, [a, b, c]) : null
    } catch {
      this.#isLost = true // pixels without a place, or another planet: measures stay in units of the frame
      this.ground.value = null
    }
  }

  #lengthText(value: number): string {
    if (!this.ground.peek()) return `${round(value)} ${this.#unit()}`
    return value < 1
      ? `${round(value * 100)} cm`
      : value < 10_000
        ? `${round(value)} m`
        : `${round(value / 1000)} km`
  }

  #areaText(value: number): string {
    if (!this.ground.peek()) return `${round(value)} ${this.#unit()}²`
    return value < 10_000
      ? `${round(value)} m²`
      : value < 1e7
        ? `${round(value / 1e4)} ha`
        : `${round(value / 1e6)} km²`
  }

  #unit(): string {
    return this.#view.camera.peek().isYDown ? 'px' : 'units'
  }
}

/** Return a number with about four digits. */
function round(value: number): string {
  const digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}
