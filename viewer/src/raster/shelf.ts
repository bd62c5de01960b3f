import { signal } from '@preact/signals-core'
import { fetched } from '../api/client'
import { sentenceOf } from '../api/problem'
import { tileUrl } from '../api/tile'
import type { Id } from '../model/id'
import { RasterInfo } from './info'
import { Look } from './look'
import { RawTile } from './raw-tile'
import { ENOUGH, Picker, Sample } from './sample'
import { type RasterFacts, RasterSource } from './source'
import { BandStatistics } from './statistics'
import type { Range, RasterStyle } from './style'
import { layoutOf, textureOf } from './texture'

/** One raster of the scene in one look, as far as it is known. */
export interface Shelved extends Look {
  /** Tells looks apart: the asset's id, or `SECOND` before it. */
  readonly key: string
  readonly asset: Id
  /** Null until the server has answered. */
  readonly facts: RasterFacts | null
  readonly statistics: readonly BandStatistics[] | null
  /** Some of its pixels from all over it, for expressions; null until they are needed. */
  readonly overview: Sample | null
  /** What is in sight, of each shown channel; null = nobody has looked yet. */
  readonly sight: readonly BandStatistics[] | null
  /** Why it cannot be shown. */
  readonly problem: string | null
  /** True where the numbers take so long that the server should draw until they are there. */
  readonly isSlow: boolean
  /** This person has chosen the look; false = it is the team's, or the first. */
  readonly isOwn: boolean
}

/** Begins the keys of second looks, for comparison. */
export const SECOND = 'second '

/** How long the first picture waits for the statistics that it is stretched by. */
const PATIENCE_MS = 1200

const NOTHING = {
  ...Look.UNKNOWN,
  facts: null,
  statistics: null,
  overview: null,
  sight: null,
  problem: null,
  isSlow: false,
  isOwn: false,
}

/** The rasters of one open scene, and how they are looked at. */
export class RasterShelf {
  readonly shelved = signal<ReadonlyMap<string, Shelved>>(new Map())
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  /** Looks of the team, as they came. */
  readonly #shared = new Map<Id, unknown>()
  readonly #overviews = new Map<string, Promise<Sample>>()
  #wishes = 0

  /** @param storage where looks outlive a reload; null = nowhere */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null = null) {
    this.#storage = storage
  }

  /**
   * Ask for what is known about a raster, once; `refresh` asks again.
   *
   * @param shared the team's look, as the scene has it: who has none of their own follows it
   */
  want(asset: Id, shared: unknown): void {
    const isNews = JSON.stringify(this.#shared.get(asset)) !== JSON.stringify(shared)
    this.#shared.set(asset, shared)
    const known = this.shelved.peek().get(asset)
    if (known?.facts && isNews && !known.isOwn) this.#change(asset, this.#firstLook(known.facts, asset))
    if (known) return
    this.#put({ ...NOTHING, key: asset, asset })
    void this.refresh(asset)
  }

  /** Return the key of a second look at a raster, made of the first one where there is none yet. */
  second(asset: Id): string {
    const key = `${SECOND}${asset}`
    const first = this.shelved.peek().get(asset)
    if (this.shelved.peek().has(key) || !first?.facts) return key
    const own = this.#own(key, first.facts)
    this.#put({
      ...first,
      key,
      sight: null,
      blend: 'normal',
      opacity: 1,
      isVisible: true,
      isOwn: own !== null,
      ...own,
    })
    return key
  }

  /** Ask anew: the file has overviews now, or another content. */
  async refresh(asset: Id): Promise<void> {
    try {
      const facts = await RasterSource.facts(asset)
      const known = this.shelved.peek().get(asset)
      if (!known?.facts) {
        const own = this.#own(asset, facts)
        this.#change(asset, { ...(own ?? this.#firstLook(facts, asset)), isOwn: own !== null })
      }
      this.#changeAll(asset, { facts, problem: null })
      const timer = setTimeout(() => this.#change(asset, { isSlow: true }), PATIENCE_MS)
      this.#changeAll(asset, { statistics: await RasterSource.statistics(asset) })
      clearTimeout(timer)
      if (this.shelved.peek().get(asset)!.style.expression) await this.#lookOver(asset)
    } catch (error) {
      this.#changeAll(asset, { problem: sentenceOf(error) })
    }
  }

  /** Look at a raster in another style. Before a first expression its values are looked over, so that it can be drawn. */
  async setStyle(key: string, style: RasterStyle): Promise<void> {
    const wish = ++this.#wishes
    const known = this.shelved.peek().get(key)
    if (known && style.expression && !style.range.length && !known.overview) await this.#lookOver(known.asset)
    if (wish !== this.#wishes) return
    // what is in sight is told of the channels that were shown
    const isSame =
      known?.style.expression === style.expression && known.style.bands.join() === style.bands.join()
    this.#settle(key, { style }, isSame ? {} : { sight: null })
  }

  /** Show or hide a raster, or lay it over others in another way. */
  setLook(key: string, look: Partial<Pick<Look, 'opacity' | 'blend' | 'isVisible'>>): void {
    this.#settle(key, look)
  }

  /** Take note of what is in sight. */
  see(key: string, sight: readonly BandStatistics[]): void {
    this.#change(key, { sight })
  }

  /** Forget this person's look: the team's is seen again, or the first. */
  forget(asset: Id): void {
    const facts = this.shelved.peek().get(asset)?.facts
    if (!facts) return
    this.#storage?.removeItem(placeOf(asset))
    this.#change(asset, { ...this.#firstLook(facts, asset), isOwn: false, sight: null })
  }

  /** Return what is to be shared of a look. */
  lookOf(asset: Id): Look | null {
    const known = this.shelved.peek().get(asset)
    if (!known?.facts) return null
    const { style, opacity, blend, isVisible } = known
    return { style, opacity, blend, isVisible }
  }

  #firstLook(facts: RasterFacts, asset: Id): Look {
    return Look.read(this.#shared.get(asset), facts.info) ?? Look.first(facts.info)
  }

  #put(shelved: Shelved): void {
    this.shelved.value = new Map(this.shelved.peek()).set(shelved.key, shelved)
  }

  #change(key: string, change: Partial<Shelved>): void {
    const known = this.shelved.peek().get(key)
    if (known) this.#put({ ...known, ...change })
  }

  #changeAll(asset: Id, change: Partial<Shelved>): void {
    for (const { key, asset: of } of this.shelved.peek().values()) if (of === asset) this.#change(key, change)
  }

  /** Change a look and keep it: it is this person's now. */
  #settle(key: string, look: Partial<Look>, change: Partial<Shelved> = {}): void {
    this.#change(key, { ...change, ...look, isOwn: true })
    const known = this.shelved.peek().get(key)
    if (!known) return
    const { style, opacity, blend, isVisible } = known
    this.#storage?.setItem(placeOf(key), JSON.stringify({ style, opacity, blend, isVisible }))
  }

  /** Take some pixels from all over a raster, by its smallest tile; asked for once. */
  async #lookOver(asset: Id): Promise<void> {
    const facts = this.shelved.peek().get(asset)?.facts
    if (!facts) return
    const name = `${asset} ${facts.version}`
    const overview = this.#overviews.get(name) ?? overviewOf(asset, facts)
    this.#overviews.set(name, overview)
    overview.catch(() => this.#overviews.delete(name))
    this.#changeAll(asset, { overview: await overview })
  }

  #own(key: string, facts: RasterFacts): Look | null {
    try {
      return Look.read(JSON.parse(this.#storage?.getItem(placeOf(key)) ?? 'null'), facts.info)
    } catch {
      return null
    }
  }
}

function placeOf(key: string): string {
  return `geo3d.look.${key}`
}

async function overviewOf(asset: Id, { version, info }: RasterFacts): Promise<Sample> {
  const all = info.bands.map((band) => band.index)
  const layout = layoutOf(all, info)
  const url = tileUrl(asset, version, [0, 0, 0], 'raw')
  const tile = RawTile.parse(await (await fetched(url)).arrayBuffer())
  const picker = new Picker(layout)
  const step = Math.max(1, Math.round(Math.sqrt((tile.width * tile.height) / ENOUGH)))
  picker.add(textureOf(tile, layout), tile.width, [0, 0, tile.width - 1, tile.height - 1], step)
  return picker.done()
}

/** Pure functions on what is known of a raster. */
export const Shelved = {
  /** Return (dark, bright) of each shown channel; null while they depend on numbers that are still asked for. */
  ranges(shelved: Shelved): readonly Range[] | null {
    const { style, facts } = shelved
    if (!facts) return null
    if (style.range.length) return style.range
    const { stretch } = style
    const isPhoto =
      stretch.rule === 'auto' && style.bands.length === 3 && RasterInfo.isPhoto(facts.info, style.bands)
    const rule = isPhoto ? 'full' : stretch.rule
    const statistics = Shelved.statistics(shelved)
    if (rule !== 'full' && !statistics) return null
    const n = style.expression === null ? style.bands.length : 1
    return Array.from({ length: n }, (_, i) =>
      BandStatistics.range(statistics?.[i] ?? null, { ...stretch, rule }, Shelved.dtype(shelved, i)),
    )
  },

  /** Return the statistics that a style stretches each shown channel by; null while they are not there. */
  statistics({ style, facts, statistics, overview, sight }: Shelved): readonly BandStatistics[] | null {
    if (!facts) return null
    if (style.stretch.scope === 'view' && sight?.length) return sight
    if (style.expression !== null)
      return overview ? spreadOf(overview, style, facts.info) : sight?.length ? sight : null
    if (!statistics) return null
    const known = style.bands.map((index) => statistics.find(({ band }) => band === index))
    return known.every((band) => band !== undefined) ? known : null
  },

  /** Return the type of a shown channel's values. */
  dtype({ style, facts }: Shelved, i: number): string {
    if (style.expression !== null) return 'float32'
    return facts?.info.bands[style.bands[i]! - 1]?.dtype ?? 'float32'
  },
}

const spreads = new WeakMap<Sample, Map<string, readonly BandStatistics[]>>()

/** Return how the values of an expression are spread over a raster; computed once for each. */
function spreadOf(overview: Sample, style: RasterStyle, info: RasterInfo): readonly BandStatistics[] {
  const known = spreads.get(overview) ?? new Map<string, readonly BandStatistics[]>()
  spreads.set(overview, known)
  const spread = known.get(style.expression!) ?? Sample.statistics(overview, style, info)
  known.set(style.expression!, spread)
  return spread
}
