import MVT from 'ol/format/MVT'
import type RenderFeature from 'ol/render/Feature'
import { Circle, Fill, Icon, Stroke, Style, Text } from 'ol/style'
import { faded } from '../paint/brush'

/** How many labels of a class a cell counts. */
export interface ClassCount {
  readonly code: number
  readonly n: number
}

export interface ColorCount {
  readonly color: string
  readonly n: number
}

/** Screen pixels per unit of the ring, so that it is sharp on dense screens. */
const SHARP = 2
/** Steps of the ring: shares below that are not seen, and pictures are shared. */
const STEPS = 24
/** Pictures that are kept. */
const MOST_RINGS = 1000

/** Reads label tiles; the classes of one cell become one feature, with the property `counts`. */
export class CellFormat extends MVT<RenderFeature> {
  override readFeatures(...args: Parameters<MVT<RenderFeature>['readFeatures']>): RenderFeature[] {
    const cells = new Map<string, { n: number; code: number }[]>()
    return super.readFeatures(...args).filter((feature) => {
      if (feature.get('layer') !== 'cells') return true
      const count = { code: Number(feature.get('code')), n: Number(feature.get('n')) }
      const place = feature.getFlatCoordinates().join()
      const known = cells.get(place)
      const same = known?.find(({ code }) => code === count.code)
      if (same) same.n += count.n
      else if (known) known.push(count)
      else {
        const counts = [count]
        cells.set(place, counts)
        feature.getProperties().counts = counts
      }
      return !known
    })
  }
}

/** Draws cells: a disc whose size grows with the count, the classes' shares as its rim, and the count. */
export class CellBrush {
  /** Pictures of mixtures. */
  readonly #rings = new Map<string, HTMLCanvasElement>()

  /** Return how a cell is drawn that counts so many labels of each colour. */
  style(counts: readonly ColorCount[]): Style {
    const n = counts.reduce((sum, count) => sum + count.n, 0)
    if (n === 1) return single(counts[0]!.color)
    return new Style({
      image: new Icon({
        img: this.#ring(counts, Math.min(14, Math.round(6 + Math.log2(n)))),
        scale: 1 / SHARP,
      }),
      text: new Text({
        text: shortOf(n),
        font: '600 10px system-ui, sans-serif',
        fill: new Fill({ color: '#ffffff' }),
      }),
    })
  }

  #ring(counts: readonly ColorCount[], radius: number): HTMLCanvasElement {
    const steps = stepsOf(counts)
    const key = `${radius} ${counts.map(({ color }, i) => color + steps[i]).join()}`
    const known = this.#rings.get(key)
    if (known) return known
    if (this.#rings.size >= MOST_RINGS) this.#rings.clear()
    const made = ringOf(counts, steps, radius)
    this.#rings.set(key, made)
    return made
  }
}

/** One label too small to draw: a dot. */
function single(color: string): Style {
  return new Style({
    image: new Circle({
      radius: 2.5,
      fill: new Fill({ color: faded(color, 0.9) }),
      stroke: new Stroke({ color: 'rgba(0,0,0,0.5)', width: 0.75 }),
    }),
  })
}

/** Return a count in at most four characters: `999`, `1.2k`, `56k`, `1.2M`. */
export function shortOf(n: number): string {
  const inUnits = (unit: number, letter: string) => `${(n / unit).toFixed(n < 9.95 * unit ? 1 : 0)}${letter}`
  return n < 1000 ? String(n) : n < 999_500 ? inUnits(1000, 'k') : inUnits(1_000_000, 'M')
}

/** Return whole steps of a ring for each share, which sum to `STEPS`. */
export function stepsOf(counts: readonly { readonly n: number }[]): number[] {
  const total = counts.reduce((sum, { n }) => sum + n, 0)
  let before = 0
  let drawn = 0
  return counts.map(({ n }) => {
    before += n
    const steps = Math.round((before / total) * STEPS) - drawn
    drawn += steps
    return steps
  })
}

/** Return the picture of a disc with a ring of shares. */
function ringOf(counts: readonly ColorCount[], steps: readonly number[], radius: number): HTMLCanvasElement {
  const side = 2 * (radius + 2)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side * SHARP
  const context = canvas.getContext('2d')!
  context.scale(SHARP, SHARP)
  context.translate(side / 2, side / 2)
  context.beginPath()
  context.arc(0, 0, radius + 1, 0, 2 * Math.PI)
  context.fillStyle = 'rgba(12,14,18,0.78)'
  context.fill()
  context.lineWidth = 2.5
  let angle = -Math.PI / 2
  counts.forEach(({ color }, i) => {
    const end = angle + (steps[i]! / STEPS) * 2 * Math.PI
    context.beginPath()
    context.arc(0, 0, radius - 0.25, angle, end)
    context.strokeStyle = color
    context.stroke()
    angle = end
  })
  return canvas
}
