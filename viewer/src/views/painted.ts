import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core'
import type { Session } from '../document/session'
import type { Id } from '../model/id'
import type { LabelClass } from '../model/ontology'
import type { Layer } from '../model/paint'
import { Scene } from '../model/scene'
import { PaintedTiles } from '../raster/painted-tiles'
import type { PaintedSheet, View } from './view'

/** How a painted layer is looked at. */
export interface PaintedLook {
  readonly isVisible: boolean
  /** 0 to 1. */
  readonly opacity: number
}

export const PaintedLook = { DEFAULT: { isVisible: true, opacity: 0.6 } as PaintedLook }

/** The painted layers of one view, as they are stored and as they are being painted. */
export class Painted {
  readonly isLoading = computed(() => [...this.#tiles.value.values()].some((tiles) => tiles.isLoading.value))
  readonly #session: Session
  readonly #view: View
  readonly #tiles = signal<ReadonlyMap<Id, PaintedTiles>>(new Map())
  readonly #ends: (() => void)[] = []

  constructor(session: Session, view: View, looks: ReadonlySignal<ReadonlyMap<Id, PaintedLook>>) {
    this.#session = session
    this.#view = view
    const ink = computed(() => {
      const hidden = session.guard.hiddenClasses.value
      const classes = session.ontology.value.classes as readonly LabelClass[]
      return new Map(classes.map(({ code, slug, color }) => [code, hidden.has(slug) ? 0 : inkOf(color)]))
    })
    this.#ends.push(
      effect(() => this.#keep(session.layers.value)),
      effect(() => {
        void session.labels.waitingVersion.value
        for (const tiles of this.#tiles.value.values()) tiles.follow(session.labels.waiting)
      }),
      session.onCommit((commit) => {
        for (const tiles of this.#tiles.peek().values()) tiles.take(commit)
      }),
      session.bulk.subscribe(() => {
        for (const tiles of this.#tiles.peek().values()) tiles.expire()
      }),
      effect(() => {
        const scene = session.scene.value
        const sheets: PaintedSheet[] = []
        for (const tiles of this.#tiles.value.values()) {
          const place = Scene.viewFrame(scene, tiles.layer.asset)
          const { isVisible, opacity } = looks.value.get(tiles.layer.id) ?? PaintedLook.DEFAULT
          if (place?.frame.id === view.frame && isVisible)
            sheets.push({ tiles, place, ink: ink.value, opacity })
        }
        view.showPainted(sheets)
      }),
    )
  }

  /** Return the tiles of a layer; made at once where it is to be painted before anybody has stored it. */
  of(layer: Layer): PaintedTiles {
    const known = this.#tiles.peek().get(layer.id)
    if (known) return known
    const made = this.#made(layer)
    this.#tiles.value = new Map(this.#tiles.peek()).set(layer.id, made)
    return made
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  #keep(layers: readonly Layer[]): void {
    const pixels = layers.filter(({ size, role }) => size !== null && role === 'class')
    const known = this.#tiles.peek()
    if (known.size === pixels.length && pixels.every(({ id }) => known.has(id))) return
    this.#tiles.value = new Map(pixels.map((layer) => [layer.id, known.get(layer.id) ?? this.#made(layer)]))
  }

  #made(layer: Layer): PaintedTiles {
    return new PaintedTiles(
      layer,
      async (coord) => {
        const stored = this.#session.layers.peek().find(({ id }) => id === layer.id)
        if (!stored?.revision) return { revision: 0, entries: null } // nobody can have painted on it
        return this.#session.api.layerTile(layer, coord)
      },
      () => this.#view.repaintPainted(),
    )
  }
}

/** Return a colour as bytes R, G, B, A of a little-endian number. */
function inkOf(color: string): number {
  const rgb = Number.parseInt(color.slice(1), 16)
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0
}
