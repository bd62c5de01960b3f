import { effect, type ReadonlySignal, signal } from '@preact/signals-core'
import type { Neighbourhood } from '../document/neighbourhood'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Ontology } from '../model/ontology'
import { titleOfKind } from '../shapes'
import { areaIn, boundsOf, isCovering, nearestEdge, nearestVertex } from '../shapes/hit'
import type { Placement } from '../shapes/placement'
import type { ShownLabel, ShownLabels } from '../shapes/shown'
import type { Aids, Reshape, Shown, Sketch, ToolContext } from '../tools/tool'
import type { Freshness } from './freshness'
import type { GroundScale } from './ground-scale'
import type { Overlay, Stroke } from './paint/overlay'
import type { View } from './view'

/** Screen pixels within which a line or a point is taken to be under the pointer. */
const PICK_PX = 6
const NEAR_PX = 64

/** What a hand works with. */
export interface HandGiven {
  readonly session: Session
  readonly view: View
  readonly placement: Placement
  readonly shown: ShownLabels
  readonly near: Neighbourhood
  readonly fresh: Freshness
  readonly scale: GroundScale
  readonly isSnapping: ReadonlySignal<boolean>
  readonly aids: ReadonlySignal<Aids>
  /** Slugs of classes that are not drawn. */
  readonly hidden: ReadonlySignal<ReadonlySet<string>>
  readonly fillOpacity: ReadonlySignal<number>
  tell(sentence: string): void
}

/** The hand in one view: all that tools know of the world, and what is painted over the tiles for them. */
export class Hand implements ToolContext {
  readonly frame: string
  /** Geometries of an import that is looked at before it is done, in the view frame. */
  readonly preview = signal<readonly Geometry[]>([])
  readonly hovered = signal<Id | null>(null)
  readonly #given: HandGiven
  readonly #end: () => void
  #sketch: Sketch | null = null

  constructor(given: HandGiven) {
  /** What is wrong with the shape in hand, for the status bar. */
  readonly problem = signal<string | null>(null)
    this.#given = given
    this.frame = given.view.frame
    this.#end = effect(() => {
      void [this.preview.value, this.hovered.value, given.hidden.value, given.fillOpacity.value]
      void [given.session.selection.ids.value, given.session.ontology.value, given.session.chosen.value]
      given.view.repaint()
    })
  }

  get selection() {
    return this.#given.session.selection
  }

  get isSnapping() {
    return this.#given.isSnapping.peek()
  }

  get aids() {
    return this.#given.aids.peek()
  }

  readonly reach = (pixels: number) => pixels * this.#given.view.camera.peek().unitsPerPixel

  shown(id: Id): Geometry | null {
    return this.#given.shown.get(id)?.geometry ?? null
  }

  near(bounds: Bounds): readonly Shown[] {
    void this.#given.near.approach(Bounds.grown(bounds, this.reach(NEAR_PX)))
    return this.#given.shown.near(bounds).filter((label) => this.#isVisible(label.annotation))
  }

  async pick(position: Position): Promise<Id | null> {
    const loaded = this.#pickLoaded(position)
    if (loaded) return loaded
    const fids = await this.#given.view.labelsAt(position)
    if (!fids.length) return null
    await this.#given.near.fetch(fids)
    const found = fids.flatMap((fid) => this.#given.session.labels.ofFid(fid) ?? [])
    if (found.some((annotation) => annotation.geometry?.frame !== this.frame)) {
      await this.#given.placement.prepare(found)
    }
    return this.#pickLoaded(position) ?? found[0]?.id ?? null
  }

  async within(bounds: Bounds): Promise<readonly Id[]> {
    const page = await this.#given.session.api.annotations({ bbox: bounds, frame: this.frame, limit: 2000 })
    this.#given.session.labels.receive({ documents: page.annotations, deleted: [] })
    if (page.next !== null) this.tell('There are more than 2,000 objects here; the first 2,000 are chosen.')
    return this.near(bounds).map(({ annotation }) => annotation.id)
  }

  measure(geometry: Geometry): string {
    return this.#given.scale.measure(geometry)
  }

  draw(geometry: Geometry, tool: string): void {
    const { session } = this.#given
    const label = session.chosen.peek()
    if (!label) return this.tell('There is no class yet: add one on the right, then draw.')
    if (!Ontology.allows(label, geometry.kind)) {
      const allowed = label.geometries.map((kind) => titleOfKind(kind).toLowerCase()).join(', ')
      return this.tell(`${label.title} may be drawn as ${allowed}; choose another class or tool.`)
    }
    const made = session.editor.draw(geometry, tool)
    if (made) session.selection.set(made.id)
  }

  async reshape(message: string, shapes: readonly Reshape[]): Promise<void> {
    const { session, placement } = this.#given
    const restored = new Map<Id, Geometry>()
    for (const { id, geometry } of shapes) {
      const annotation = session.labels.get(id)
      const own = annotation && (await placement.restored(annotation, geometry))
      if (own) restored.set(id, own)
      else this.tell('This object cannot be moved here: it has no place in its own frame.')
    }
    session.editor.reshape(message, restored)
  }

  remove(ids: readonly Id[]): void {
    this.#given.session.editor.remove(ids)
  }

  sketch(sketch: Sketch | null): void {
    if (sketch === null && this.#sketch === null) return
    this.#sketch = sketch
    this.#given.view.repaint()
  }

  hover(id: Id | null): void {
    this.hovered.value = id
  }

  pan(dx: number, dy: number): void {
    const { center } = this.#given.view.camera.peek()
    this.#given.view.look({ center: [center[0] + dx, center[1] + dy] })
  }

  tell(sentence: string): void {
    this.#given.tell(sentence)
  }

  /** Return what is painted over the tiles now. */
  overlay(): Overlay {
    const { session, fresh, fillOpacity } = this.#given
    const chosen = new Set(session.selection.ids.peek())
    const replaced = new Set(this.#sketch?.replaces ?? [])
    const isPlain = (a: Annotation) => !chosen.has(a.id) && !replaced.has(a.id) && this.#isVisible(a)
    const hovered = this.hovered.peek()
    const isShown = hovered !== null && !chosen.has(hovered) && !replaced.has(hovered)
    return {
      labels: [...fresh.fresh()].filter(isPlain).flatMap((a) => this.#strokeOf(a.id)),
      preview: this.preview.peek().flatMap((geometry) => {
        const bounds = boundsOf(geometry)
    this.problem.value = sketch?.problem?.sentence ?? null
        return bounds ? [{ geometry, bounds, color: '#4da3ff' }] : []
      }),
      hovered: isShown ? (this.#strokeOf(hovered)[0] ?? null) : null,
      chosen: [...chosen].filter((id) => !replaced.has(id)).flatMap((id) => this.#strokeOf(id)),
      sketch: this.#sketch,
      color: this.#sketchColor(),
      fillOpacity: fillOpacity.peek(),
    }
  }

  /** Stop following what is chosen. */
  close(): void {
    this.#end()
  }

  /** A sketch that stands for an object has the colour of its class, a new one that of the chosen class. */
  #sketchColor(): string {
    const { session } = this.#given
    const replaced = this.#sketch?.replaces?.[0]
    const slug = replaced ? session.labels.get(replaced)?.label : session.chosen.peek()?.slug
    return Ontology.colorOf(session.ontology.peek(), slug ?? '')
  }

  #strokeOf(id: Id): Stroke[] {
    const label = this.#given.shown.get(id)
    if (!label) return []
    const color = Ontology.colorOf(this.#given.session.ontology.peek(), label.annotation.label)
    return [{ geometry: label.geometry, bounds: label.bounds, color }]
  }

  #isVisible(annotation: Annotation): boolean {
    return !this.#given.hidden.peek().has(annotation.label)
  }

  /** Return the loaded annotation under a position: points before lines before areas, small areas before large. */
  #pickLoaded(position: Position): Id | null {
    const reach = this.reach(PICK_PX)
    const rank = ({ geometry }: ShownLabel): number => {
      if (geometry.kind === 'point' || geometry.kind === 'keypoints')
        return nearestVertex(geometry, position, reach) ? 0 : Infinity
      if (nearestEdge(geometry, position, reach))
        return isCovering(geometry, position) ? areaIn(geometry) : 1e-9
      return isCovering(geometry, position) ? areaIn(geometry) : Infinity
    }
    let best: { id: Id; rank: number } | null = null
    for (const label of this.#given.shown.near(Bounds.around(position, reach))) {
      if (!this.#isVisible(label.annotation)) continue
      const at = rank(label)
      if (at < (best?.rank ?? Infinity)) best = { id: label.annotation.id, rank: at }
    }
    return best?.id ?? null
  }
}
