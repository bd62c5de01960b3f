import { computed, effect, type ReadonlySignal, type Signal, untracked } from '@preact/signals-core'
import { BASE } from '../api/client'
import { Neighbourhood } from '../document/neighbourhood'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { Id } from '../model/id'
import type { LabelClass } from '../model/ontology'
import type { Layer } from '../model/paint'
import type { ViewFrame } from '../model/scene'
import type { RasterPicture } from '../raster/picture'
import { Placement } from '../shapes/placement'
import { ShownLabels } from '../shapes/shown'
import type { Aids, Gesture, Locks, PaintOptions, Tool, ToolSettings } from '../tools/tool'
import { Freshness } from './freshness'
import { GroundScale } from './ground-scale'
import { Hand } from './hand'
import type { Easel } from './paint/brush'
import { paintMoving, paintStill } from './paint/overlay'
import { Painted, type PaintedLook } from './painted'
import { Painter } from './painter'
import { Rest } from './rest'
import type { View } from './view'

/** What a stage follows. */
export interface StageGiven {
  readonly session: Session
  readonly view: View
  readonly place: ViewFrame
  readonly tool: ReadonlySignal<Tool>
  readonly pictures: ReadonlySignal<readonly RasterPicture[]>
  readonly isSnapping: ReadonlySignal<boolean>
  readonly aids: ReadonlySignal<Aids>
  /** What is fixed of the next vertex by numbers. */
  readonly locks: Signal<Locks>
  readonly settings: Signal<ToolSettings>
  readonly hidden: ReadonlySignal<ReadonlySet<string>>
  readonly fillOpacity: ReadonlySignal<number>
  /** How pixels are painted, on which layer, and how layers are looked at. */
  readonly paint: Signal<PaintOptions>
  readonly paintTarget: ReadonlySignal<Layer | null>
  readonly paintedLooks: ReadonlySignal<ReadonlyMap<Id, PaintedLook>>
  /** Paint on a layer from now on. */
  aimAt(layer: Layer): void
  readonly areLabelsVisible: ReadonlySignal<boolean>
  /** Whether the frame leads to a place on Earth; null = not known yet. */
  readonly isOnEarth: ReadonlySignal<boolean | null>
  tell(sentence: string): void
}

/** One view with everything that works in it: the hand, the labels it shows, the tool at work. */
export class Stage {
  readonly view: View
  readonly place: ViewFrame
  readonly hand: Hand
  readonly shown: ShownLabels
  readonly near: Neighbourhood
  readonly scale: GroundScale
  readonly placement: Placement
  readonly rest: Rest
  readonly painted: Painted
  /** True when all that was asked for is there and drawn. */
  readonly isIdle = computed(
    () => this.view.isIdle.value && !this.near.isLoading.value && !this.painted.isLoading.value,
  )

  readonly #fresh: Freshness
  readonly #ends: (() => void)[] = []
  #gesture: Gesture | null = null

  constructor(given: StageGiven) {
    const { session, view } = given
    this.view = view
    this.rest = new Rest(view, session.bulk)
    this.place = given.place
    this.placement = new Placement(view.frame, session.api.transform)
    this.shown = new ShownLabels(session.labels, this.placement, () => view.repaint())
    this.near = new Neighbourhood(session, view.frame, (id, bounds) => {
      const label = this.shown.get(id)
      // what has no place is never out of sight
      return label ? Bounds.meets(label.bounds, bounds) : session.labels.get(id)?.geometry === null
    })
    this.#showLabels(session)
    this.#fresh = new Freshness(session, view, this.shown, this.near.sight)
    this.scale = new GroundScale(view, this.rest.sight, session.api.transform, given.isOnEarth)
    this.painted = new Painted(session, view, given.paintedLooks)
    this.hand = new Hand({
      ...given,
      painter: new Painter({ ...given, painted: this.painted, target: given.paintTarget }),
      placement: this.placement,
      shown: this.shown,
      near: this.near,
      fresh: this.#fresh,
      scale: this.scale,
    })
    view.overlay({
      still: (easel) => paintStill(easel, this.hand.overlay.still()),
      moving: (easel) => paintMoving(easel, this.hand.overlay.moving()),
    })
    this.#follow(given)
  }

  /** Paint what lies over the picture elsewhere too: in a magnifier. */
  paintOn(easel: Easel): void {
    paintStill(easel, this.hand.overlay.still())
    paintMoving(easel, this.hand.overlay.moving())
  }

  /** Say whether tiles are still to follow what was stored. */
  get isCatchingUp(): boolean {
    return this.#fresh.isPending
  }

  /** True while the right button means the tool at work. */
  get takesRightButton(): boolean {
    return this.#gesture?.takesRightButton ?? false
  }

  /** Say that what the tool at work shows may need to follow. */
  refreshTool(): void {
    this.#gesture?.refresh?.()
  }

  /** Tell the tool at work what a person did beside pointing; false = it has no use for it. */
  act(act: 'finish' | 'cancel' | 'back' | 'delete'): boolean {
    return this.#gesture?.act?.(act) ?? false
  }

  /** Offer the tool at work a key before it means anything else; false = it has no use for it. */
  key(keys: string): boolean {
    return this.#gesture?.key?.(keys) ?? false
  }

  /** Give the tool at work the next vertex; false = it takes none. */
  placeVertex(position: Position): boolean {
    this.#gesture?.place?.(position)
    return this.#gesture?.place !== undefined
  }

  close(): void {
    for (const end of this.#ends) end()
    this.#gesture?.stop()
    this.hand.close()
    this.painted.close()
    this.hand.painting.close()
    this.#fresh.close()
    this.rest.close()
    this.scale.close()
    this.shown.close()
    this.view.close()
  }

  #showLabels(session: Session): void {
    const frame = encodeURIComponent(this.view.frame)
    const path = `${BASE}/api/scenes/${encodeURIComponent(session.id)}/labels/frame:${frame}`
    this.view.showLabels({
      url: (z, x, y, revision) => `${path}/${z}/${x}/${y}.mvt?v=${revision}`,
      revision: session.revision.peek(),
    })
  }

  #follow(given: StageGiven): void {
    const { session, view } = given
    const on = (work: () => void) => this.#ends.push(effect(work))
    on(() => view.showRasters(given.pictures.value))
    on(() => {
      const classes = session.ontology.value.classes as readonly LabelClass[]
      const hidden = given.hidden.value
      view.inkLabels({
        colors: new Map(classes.map((c) => [c.code, c.color])),
        hidden: new Set(classes.filter((c) => hidden.has(c.slug)).map((c) => c.code)),
        fillOpacity: given.fillOpacity.value,
        // what is isolated is drawn by the overlay alone
        isVisible: given.areLabelsVisible.value && session.guard.isolated.value === null,
      })
    })
    on(() => {
      const tool = given.tool.value
      this.#gesture?.stop()
      untracked(() => {
        this.#gesture = tool.start(this.hand) // what it reads is no reason to start it anew
        view.take(this.#gesture)
      })
    })
    on(() => {
      void [given.locks.value, given.settings.value]
      untracked(() => this.#gesture?.refresh?.())
    })
    on(() => {
      const sight = this.rest.sight.value
      if (sight) untracked(() => void this.near.look(sight))
    })
    let bulk = session.bulk.peek()
    this.#ends.push(
      session.bulk.subscribe((n) => {
        if (n !== bulk) this.near.expire()
        bulk = n
      }),
    )
    this.#ends.push(session.labels.subscribe(() => this.#gesture?.refresh?.()))
  }
}
