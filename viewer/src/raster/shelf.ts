import { signal } from '@preact/signals-core'
import { fetched } from '../api/client'
import { sentenceOf } from '../api/problem'
import { tileUrl } from '../api/tile'
import type { Id } from '../model/id'
import { evaluate } from './evaluate'
import { parse } from './expression'
import { RasterInfo } from './info'
import { namesOf } from './material'
import { RawTile } from './raw-tile'
import { type RasterFacts, RasterSource } from './source'
import { BandStatistics, rangeOf, type StretchRule } from './statistics'
import { type Range, RasterStyle } from './style'

/** One raster of the scene, as far as it is known, and how it is looked at. */
export interface Shelved {
  readonly asset: Id
  /** Null until the server has answered. */
  readonly facts: RasterFacts | null
  readonly statistics: readonly BandStatistics[] | null
  /** Why it cannot be shown. */
  readonly problem: string | null
  readonly style: RasterStyle
  readonly opacity: number
  readonly isVisible: boolean
  /** True where the numbers take so long that the server should draw until they are there. */
  readonly isSlow: boolean
  /** What suits the values of expressions, by their text. */
  readonly expressionRanges: { readonly [expression: string]: Range }
}

/** How long the first picture waits for the statistics that it is stretched by. */
const PATIENCE_MS = 1200

const UNKNOWN: RasterStyle = { bands: [], expression: null, range: [], gamma: 1, colormap: null }

/** The rasters of one open scene. */
export class RasterShelf {
  readonly shelved = signal<ReadonlyMap<Id, Shelved>>(new Map())
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null
  #wishes = 0

  /** @param storage where styles outlive a reload; null = nowhere */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null = null) {
    this.#storage = storage
  }

  /** Ask for what is known about a raster, once; `refresh` asks again. */
  want(asset: Id): void {
    if (this.shelved.peek().has(asset)) return
    this.#put({
      asset,
      facts: null,
      statistics: null,
      problem: null,
      style: UNKNOWN,
      opacity: 1,
      isVisible: true,
      isSlow: false,
      expressionRanges: {},
    })
    void this.refresh(asset)
  }

  /** Ask anew: the file has overviews now, or another content. */
  async refresh(asset: Id): Promise<void> {
    try {
      const facts = await RasterSource.facts(asset)
      const known = this.shelved.peek().get(asset)
      const style = known?.facts ? known.style : (this.#loaded(asset, facts) ?? RasterStyle.first(facts.info))
      this.#change(asset, { facts, style, problem: null })
      const timer = setTimeout(() => this.#change(asset, { isSlow: true }), PATIENCE_MS)
      this.#change(asset, { statistics: await RasterSource.statistics(asset) })
      clearTimeout(timer)
      if (style.expression) await this.#lookAt(asset, style.expression)
    } catch (error) {
      this.#change(asset, { problem: sentenceOf(error) })
    }
  }

  /** Look at a raster in another style. Of a new expression the values are looked at first, so that it can be drawn. */
  async setStyle(asset: Id, style: RasterStyle): Promise<void> {
    const wish = ++this.#wishes
    if (style.expression && !style.range.length) await this.#lookAt(asset, style.expression)
    if (wish !== this.#wishes) return
    this.#change(asset, { style })
    this.#storage?.setItem(`geo3d.style.${asset}`, JSON.stringify(style))
  }

  setVisible(asset: Id, isVisible: boolean): void {
    this.#change(asset, { isVisible })
  }

  setOpacity(asset: Id, opacity: number): void {
    this.#change(asset, { opacity })
  }

  #put(shelved: Shelved): void {
    this.shelved.value = new Map(this.shelved.peek()).set(shelved.asset, shelved)
  }

  #change(asset: Id, change: Partial<Shelved>): void {
    const known = this.shelved.peek().get(asset)
    if (known) this.#put({ ...known, ...change })
  }

  /** Find out how the values of an expression are spread, by the raster's smallest tile. */
  async #lookAt(asset: Id, expression: string): Promise<void> {
    const { facts, expressionRanges } = this.shelved.peek().get(asset) ?? {}
    if (!facts || expressionRanges?.[expression]) return
    const tile = RawTile.parse(
      await (await fetched(tileUrl(asset, facts.version, [0, 0, 0], 'raw'))).arrayBuffer(),
    )
    const parsed = parse(expression, namesOf(facts.info))
    const n = tile.width * tile.height
    const values: number[] = []
    for (let i = 0; i < n; i++)
      if (!tile.valid || tile.valid[i])
        values.push(evaluate(parsed, (band) => Number(tile.values[(band - 1) * n + i])))
    const known = this.shelved.peek().get(asset)!
    this.#change(asset, { expressionRanges: { ...known.expressionRanges, [expression]: rangeOf(values) } })
  }

  #loaded(asset: Id, facts: RasterFacts): RasterStyle | null {
    try {
      const style = JSON.parse(this.#storage?.getItem(`geo3d.style.${asset}`) ?? 'null') as RasterStyle | null
      const fits = style?.bands.every((band) => band >= 1 && band <= facts.info.bands.length)
      return style && fits ? style : null
    } catch {
      return null
    }
  }
}

/** Pure functions on what is known of a raster. */
export const Shelved = {
  /** Return (dark, bright) of each shown channel; null while they depend on numbers that are still asked for. */
  ranges({ style, facts, statistics, expressionRanges }: Shelved): readonly Range[] | null {
    if (!facts) return null
    if (style.range.length) return style.range
    if (style.expression)
      return expressionRanges[style.expression] ? [expressionRanges[style.expression]!] : null
    const isPhoto = style.bands.length === 3 && RasterInfo.isPhoto(facts.info, style.bands)
    return Shelved.rangesBy({ style, facts, statistics }, isPhoto ? 'full' : 'percentile')
  },

  /** Return the ranges that a rule gives for the shown bands; null while the numbers are not there. */
  rangesBy(
    { style, facts, statistics }: Pick<Shelved, 'style' | 'facts' | 'statistics'>,
    rule: StretchRule,
  ): readonly Range[] | null {
    if (!facts || (rule !== 'full' && !statistics)) return null
    return style.bands.map((index) => {
      const band = statistics?.find((b) => b.band === index) ?? null
      return BandStatistics.range(band, rule, facts.info.bands[index - 1]?.dtype ?? 'float32')
    })
  },
}
