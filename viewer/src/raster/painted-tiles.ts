import { signal } from '@preact/signals-core'
import type { CommitReply } from '../api/client'
import type { LayerTile } from '../api/scene'
import { Bounds } from '../math/bounds'
import { CELL, NativeGrid } from '../math/native-grid'
import type { ChangeSet } from '../model/change'
import type { Id } from '../model/id'
import { type Entries, Layer, type Paint } from '../model/paint'
import { Region } from '../model/region'

/** A tile of a painted layer as the person sees it. */
export interface PaintedTile {
  readonly coord: readonly [z: number, x: number, y: number]
  /** 256 x 256; null = nothing is painted. */
  readonly entries: Entries | null
  /** Differs after every change. */
  readonly change: number
}

interface Held {
  readonly coord: readonly [z: number, x: number, y: number]
  /** Native pixels. */
  readonly bounds: Bounds
  readonly factor: number
  stored: Entries | null
  /** Revision that `stored` holds everything of; -1 = it was never loaded. */
  revision: number
  entries: Entries | null
  change: number
  isStale: boolean
  isLoading: boolean
  /** Not to be asked for before. */
  retryAt: number
}

/** Paint that tiles may not hold yet. */
interface Pending {
  readonly clientId: Id
  readonly paints: readonly Paint[]
  /** Revision that it was stored as; null = it waits. */
  revision: number | null
}

const MOST_HELD = 400
const RETRY_MS = 3000

/**
 * The tiles of one painted layer: what the server has stored, on top what waits for its answer, on top the stroke that
 * is being drawn. So paint is seen at once, and no answer, late or out of order, makes it flicker.
 */
export class PaintedTiles {
  readonly isLoading = signal(false)
  readonly layer: Layer
  readonly grid: NativeGrid
  readonly #load: (coord: readonly number[]) => Promise<LayerTile>
  readonly #changed: () => void
  readonly #held = new Map<string, Held>()
  #pending: Pending[] = []
  #draft: Paint[] = []
  #isSealed = false
  #nLoading = 0
  #changes = 0

  /**
   * @param load asks the server for a tile
   * @param changed told when a tile is to be drawn anew
   */
  constructor(layer: Layer, load: (coord: readonly number[]) => Promise<LayerTile>, changed: () => void) {
    this.layer = layer
    const [width, height] = layer.size ?? [1, 1]
    this.grid = NativeGrid.of(width, height)
    this.#load = load
    this.#changed = changed
  }

  /** Return a tile, asked for where it is not there yet or no longer right; null = wait. */
  get(z: number, x: number, y: number): PaintedTile | null {
    const key = `${z}/${x}/${y}`
    const held = this.#held.get(key) ?? this.#made(key, [z, x, y])
    if (held.isStale && !held.isLoading && performance.now() >= held.retryAt) void this.#ask(held)
    return held.revision < 0 && !held.entries ? null : held
  }

  /** Return a tile that is there, without asking for it. */
  peek(z: number, x: number, y: number): PaintedTile | null {
    const held = this.#held.get(`${z}/${x}/${y}`)
    return held && held.revision >= 0 ? held : null
  }

  /** Show more of the stroke that is being drawn. */
  extend(paint: Paint): void {
    this.#draft.push(paint)
    this.#apply([paint])
  }

  /** Say that the next paint that waits is the stroke that was drawn. */
  seal(): void {
    this.#isSealed = true
  }

  /** Forget the stroke that is being drawn. */
  drop(): void {
    const paints = this.#draft
    this.#draft = []
    this.#isSealed = false
    this.#renew(paints)
  }

  /** Show what waits to be stored, and no longer what was withdrawn. */
  follow(waiting: readonly ChangeSet[]): void {
    const ids = new Set(waiting.map((set) => set.client_id))
    for (const { client_id, changes } of waiting) {
      if (this.#pending.some(({ clientId }) => clientId === client_id)) continue
      const paints = changes.filter((c): c is Paint => c.op === 'paint' && c.layer === this.layer.id)
      if (!paints.length) continue
      this.#pending.push({ clientId: client_id, paints, revision: null })
      if (!this.#isSealed) this.#apply(paints)
      else this.#draft = []
      this.#isSealed = false
    }
    const withdrawn = this.#pending.filter(
      ({ clientId, revision }) => revision === null && !ids.has(clientId),
    )
    if (!withdrawn.length) return
    this.#pending = this.#pending.filter((pending) => !withdrawn.includes(pending))
    this.#renew(withdrawn.flatMap(({ paints }) => paints))
  }

  /** Take note of a commit, one's own or somebody else's. */
  take(commit: CommitReply): void {
    const own = this.#pending.find(({ clientId }) => clientId === commit.client_id)
    if (own) own.revision = commit.revision
    if (commit.is_bulk) return this.expire()
    const bounds = own?.paints.map(({ selection }) => Region.bounds(selection)) ?? []
    for (const { layer, chunk } of commit.chunks) {
      if (layer !== this.layer.id) continue
      const [x, y] = chunk.split('/').map((part) => Number(part) * CELL) as [number, number]
      bounds.push([x, y, x + CELL, y + CELL])
    }
    if (!bounds.length) return
    for (const held of this.#held.values())
      if (bounds.some((b) => Bounds.meets(b, held.bounds))) held.isStale = true
    this.#changed()
  }

  /** Ask for everything anew. */
  expire(): void {
    for (const held of this.#held.values()) held.isStale = true
    this.#changed()
  }

  #made(key: string, coord: readonly [number, number, number]): Held {
    const factor = 2 ** (this.grid.maxZoom - coord[0])
    const [left, top] = [coord[1] * CELL * factor, coord[2] * CELL * factor]
    const held: Held = {
      coord,
      bounds: [left, top, left + CELL * factor, top + CELL * factor],
      factor,
      stored: null,
      revision: -1,
      entries: null,
      change: 0,
      isStale: true,
      isLoading: false,
      retryAt: 0,
    }
    this.#held.set(key, held)
    if (this.#held.size > MOST_HELD) {
      const [oldest] = this.#held.keys()
      this.#held.delete(oldest!)
    }
    return held
  }

  async #ask(held: Held): Promise<void> {
    held.isLoading = true
    held.isStale = false // what is committed meanwhile makes it stale again
    this.#count(1)
    try {
      const tile = await this.#load(held.coord)
      if (tile.revision >= held.revision) {
        held.stored = tile.entries
        held.revision = tile.revision
      }
      this.#show(held)
      this.#settle()
    } catch {
      // the connection is lost or the layer is gone; the outbox tells of the one, the list of layers of the other
      held.isStale = true
      held.retryAt = performance.now() + RETRY_MS
    } finally {
      held.isLoading = false
      this.#count(-1)
      this.#changed()
    }
  }

  #count(by: number): void {
    this.#nLoading += by
    this.isLoading.value = this.#nLoading > 0
  }

  /** Forget stored paint that every tile holds. */
  #settle(): void {
    this.#pending = this.#pending.filter(({ revision, paints }) => {
      if (revision === null) return true
      const bounds = paints.map(({ selection }) => Region.bounds(selection))
      return [...this.#held.values()].some(
        (held) => held.revision < revision && bounds.some((b) => Bounds.meets(b, held.bounds)),
      )
    })
  }

  /** Show a tile as it is stored, with all that is not in it yet. */
  #show(held: Held): void {
    held.entries = held.stored
    held.change = ++this.#changes
    for (const { revision, paints } of this.#pending)
      if (revision === null || revision > held.revision) for (const paint of paints) this.#paint(held, paint)
    for (const paint of this.#draft) this.#paint(held, paint)
  }

  #renew(paints: readonly Paint[]): void {
    const bounds = paints.map(({ selection }) => Region.bounds(selection))
    for (const held of this.#held.values())
      if (bounds.some((b) => Bounds.meets(Bounds.grown(b, held.factor), held.bounds))) this.#show(held)
    if (bounds.length) this.#changed()
  }

  #apply(paints: readonly Paint[]): void {
    for (const held of this.#held.values()) for (const paint of paints) this.#paint(held, paint)
    this.#changed()
  }

  /** Paint a tile. What is stored stays as it is: the first stroke makes a copy. */
  #paint(held: Held, { selection, value, only, locked }: Paint): void {
    const { factor, bounds } = held
    const [left, top, right, bottom] = Region.bounds(selection)
    const x0 = Math.max(0, Math.floor((left - bounds[0]) / factor - 1))
    const y0 = Math.max(0, Math.floor((top - bounds[1]) / factor - 1))
    const x1 = Math.min(CELL, Math.ceil((right - bounds[0]) / factor + 1))
    const y1 = Math.min(CELL, Math.ceil((bottom - bounds[1]) / factor + 1))
    if (x0 >= x1 || y0 >= y1 || (value === 0 && !held.entries)) return
    const [column, row] = [bounds[0] / factor + x0, bounds[1] / factor + y0]
    const size = { width: x1 - x0, height: y1 - y0 }
    const covered = Region.cover(selection, { column, row, ...size, factor }, value === 0)
    if (!covered) return
    if (!held.entries || held.entries === held.stored)
      held.entries = held.entries?.slice() ?? Layer.entries(this.layer, CELL * CELL)
    const entries = held.entries
    const [width, height] = this.layer.size ?? [0, 0]
    // nothing is painted beside the raster
    const lastX = Math.min(size.width, Math.ceil(width / factor) - column)
    const lastY = Math.min(size.height, Math.ceil(height / factor) - row)
    for (let y = 0; y < lastY; y++)
      for (let x = 0; x < lastX; x++) {
        if (!covered[y * size.width + x]) continue
        const at = (y0 + y) * CELL + x0 + x
        const before = entries[at]!
        if ((only === null || only.includes(before)) && !locked.includes(before)) entries[at] = value
      }
    held.change = ++this.#changes
  }
}
