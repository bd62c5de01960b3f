import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core'
import type { Bounds } from '../math/bounds'
import { Ellipsoid } from '../math/ellipsoid'
import { DEGREE_M, Ground } from '../math/ground'
import { Metric } from '../math/metric'
import { Patch } from '../math/patch'
import { lengthOf } from '../math/path'
import type { Position } from '../math/position'
import { areaOf } from '../math/ring'
import type { Geometry } from '../model/geometry'
import { shapeOf } from '../shapes'
import { areaIn, partsOf } from '../shapes/hit'
import type { Transform } from '../shapes/placement'
import type { View } from './view'

/** Inches and pixels: what "1:1000 on the screen" means by convention (96 CSS pixels to the inch). */
const METRES_PER_CSS_PIXEL = 0.0254 / 96

/** By how much a projection's scale may differ between directions. */
const DISTORTION = 0.01

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

  /** How long the frame's units are on the ground, where they are no lengths themselves (degrees, oblong pixels). */
  readonly metric = computed<Metric>(() => {
    const ground = this.ground.value
    return !ground || isPlane(ground) ? Metric.FLAT : (at) => this.#unitsAt(at, ground)
  })

  /** How longitude and latitude run over what is in sight: lengths and areas are those on the ellipsoid. */
  #patch: Patch | null = null
  readonly #view: View
  readonly #transform: Transform
  readonly #end: () => void
  #isLost = false

  /**
   * @param sight What is in sight whenever the view comes to rest.
   * @param isOnEarth Whether the frame leads to a place on Earth; null = not known yet.
   */
  constructor(
    view: View,
    sight: ReadonlySignal<Bounds | null>,
    transform: Transform,
    isOnEarth: ReadonlySignal<boolean | null>,
  ) {
    this.#view = view
    this.#transform = transform
    this.#end = effect(() => {
      // no question that can only be refused
      if (sight.value && isOnEarth.value) untracked(() => void this.#ask())
    })
  }

  /** Return a measure in words: areas for areas, lengths for lines, both sides for boxes. */
  measure(geometry: Geometry): string {
    const { length, area } = this.#sizes(geometry)
    if (geometry.kind === 'box') {
      const [a, b, c] = shapeOf(geometry).chains(geometry)[0]!.path
      return `${this.#lengthText(this.#length([a!, b!]))} × ${this.#lengthText(this.#length([b!, c!]))}`
    }
    if (area !== null) return `${this.#areaText(area)} · ${this.#lengthText(length)}`
    return length ? this.#lengthText(length) : ''
  }

  /** Return what is measured of a geometry with seven digits, each by its name. */
  inWords(geometry: Geometry): readonly (readonly [name: string, value: string])[] {
    const { length, area } = this.#sizes(geometry)
    const unit = this.ground.peek() ? 'm' : this.#unit()
    const long = (value: number, sign: string) =>
      `${value.toLocaleString('en', { maximumSignificantDigits: 7 })} ${sign}`
    if (area === null) return length ? [['Length', long(length, unit)]] : []
    return [
      ['Perimeter', long(length, unit)],
      ['Area', long(area, `${unit}²`)],
    ]
  }

  /** Return the length of lines, or the perimeter and area of areas; in metres where the ground is known. */
  #sizes(geometry: Geometry): { readonly length: number; readonly area: number | null } {
    const lines = shapeOf(geometry).chains(geometry)
    const parts = partsOf(lines)
    if (parts.length) {
      const area = this.ground.peek()
        ? parts.reduce(
            (sum, [outer, ...holes]) =>
              sum + this.#area(outer!) - holes.reduce((cut, h) => cut + this.#area(h), 0),
            0,
          )
        : areaIn(geometry)
      const length = parts.reduce((sum, [outer]) => sum + this.#length([...outer!, outer![0]!]), 0)
      return { length, area }
    }
    const length = lines.reduce(
      (sum, chain) => (chain.role === 'line' ? sum + this.#length(chain.path) : sum),
      0,
    )
    return { length, area: null }
  }

  #length(path: readonly Position[]): number {
    const [ground, patch] = [this.ground.peek(), this.#patch]
    if (patch) return Ellipsoid.length(path.map((p) => Patch.place(patch, p)))
    return ground ? Ground.length(ground, path) : lengthOf(path)
  }

  #area(ring: readonly Position[]): number {
    const [ground, patch] = [this.ground.peek(), this.#patch]
    if (patch) return Ellipsoid.area(ring.map((p) => Patch.place(patch, p)))
    return ground ? Ground.area(ground, ring) : Math.abs(areaOf(ring))
  }

  #unitsAt([x, y]: Position, known: Ground): readonly [number, number] {
    const patch = this.#patch
    const step = patch ? patch.half / 1000 : 0
    const places =
      patch &&
      (
        [
          [x, y],
          [x + step, y],
          [x, y + step],
        ] as const
      ).map((p) => Patch.place(patch, p))
    const ground = (places && Ground.of(step, places as [Position, Position, Position])) ?? known
    return Ground.units(ground)
  }

  close(): void {
    this.#end()
  }

  async #ask(): Promise<void> {
    if (this.#isLost) return
    const { center, unitsPerPixel, size } = this.#view.camera.peek()
    const step = unitsPerPixel * Math.min(...size) * 0.25
    const half = (unitsPerPixel * Math.max(...size)) / 2
    const [x, y] = center
    try {
      const at = await this.#transform(this.#view.frame, 'EPSG:4326', [
        [x, y],
        [x + step, y],
        [x, y + step],
        ...Patch.places(center, half),
      ])
      const [a, b, c, ...nine] = at
      this.#patch = Patch.of(center, half, nine)
      this.ground.value = a && b && c ? Ground.of(step, [a, b, c]) : null
    } catch {
      this.#isLost = true // pixels without a place, or another planet: measures stay in units of the frame
      this.#patch = null
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

/** Say whether a frame is a plane of lengths: its units are no degrees, and as long along x as along y. */
function isPlane(ground: Ground): boolean {
  const [x, y] = Ground.units(ground)
  return y < DEGREE_M && Math.abs(x / y - 1) < DISTORTION
}

/** Return a number with about four digits. */
function round(value: number): string {
  const digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}
