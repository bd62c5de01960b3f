import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type { Neighbourhood } from '../document/neighbourhood'
import { type Operation, Operations } from '../document/operations'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import { Ground } from '../math/ground'
import type { Position } from '../math/position'
import type { Ring } from '../math/ring'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Ontology } from '../model/ontology'
import { titleOfKind } from '../shapes'
import { areaIn, isCovering, nearestEdge, nearestVertex } from '../shapes/hit'
import { isMeeting } from '../shapes/meets'
import type { Placement } from '../shapes/placement'
import type { ShownLabel, ShownLabels } from '../shapes/shown'
import type { Aids, Aim, Locks, Reshape, Shown, Sketch, ToolContext, Typing } from '../tools/tool'
import type { Freshness } from './freshness'
import type { GroundScale } from './ground-scale'
import { HandOverlay } from './hand-overlay'
import type { View } from './view'

/** Screen pixels within which a line or a point is taken to be under the pointer. */
const PICK_PX = 6
const NEAR_PX = 64
/** Objects that are read at once, and in all, where many are chosen in one go. */
const PAGE = 5000
const MOST_WITHIN = 20_000

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
  /** What is fixed of the next vertex by numbers. */
  readonly locks: Signal<Locks>
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
  /** What is wrong with the shape in hand, for the status bar. */
  readonly problem = signal<string | null>(null)
  /** What the tool at work is about to place; null = nothing. */
  readonly aim = signal<Aim | null>(null)
  /** The shape in the making; null = none. */
  readonly made = signal<Geometry | null>(null)
  readonly typing: Typing
  /** What is painted over the tiles for it. */
  readonly overlay: HandOverlay
  readonly #given: HandGiven
  readonly #end: () => void
  #sketch: Sketch | null = null

  constructor(given: HandGiven) {
    this.#given = given
    this.frame = given.view.frame
    this.overlay = new HandOverlay(given, this, () => this.#sketch)
    this.typing = {
      get locks() {
        return given.locks.peek()
      },
      isYDown: given.view.camera.peek().isYDown,
      lock: (locks) => {
        given.locks.value = locks
      },
    }
    const endFollowing = effect(() => {
      const { guard } = given.session
      void [this.preview.value, given.hidden.value, given.fillOpacity.value]
      void [guard.hidden.value, guard.isolated.value, guard.locked.value, guard.lockedClasses.value]
      void [given.session.selection.ids.value, given.session.ontology.value, given.session.chosen.value]
      given.view.repaint()
    })
    const endHover = this.hovered.subscribe(() => given.view.repaint('moving'))
    this.#end = () => {
      endFollowing()
      endHover()
    }
  }

  get selection() {
    return this.#given.session.selection
  }

  get isSnapping() {
    return this.#given.isSnapping.peek()
  }

  get label() {
    return this.#given.session.chosen.peek()
  }

  get aids() {
    return this.#given.aids.peek()
  }

  get aspect() {
    const ground = this.#given.scale.ground.peek()
    return ground ? Ground.aspect(ground) : 1
  }

  readonly reach = (pixels: number) => pixels * this.#given.view.camera.peek().unitsPerPixel

  /** Of a locked object there is none: no tool takes hold of it. */
  shown(id: Id): Geometry | null {
    const label = this.#given.shown.get(id)
    return label && !this.#given.session.guard.isLocked(label.annotation) ? label.geometry : null
  }

  near(bounds: Bounds): readonly Shown[] {
    void this.#given.near.approach(Bounds.grown(bounds, this.reach(NEAR_PX)))
    return this.#given.shown.near(bounds).filter((label) => this.#isVisible(label.annotation))
  }

  async pick(position: Position): Promise<Id | null> {
    return this.#pick(position, (annotation) => this.#isReached(annotation))
  }

  /** Return the visible annotation under a position, a locked one too: what a person asks about, not takes hold of. */
  async under(position: Position): Promise<Id | null> {
    return this.#pick(position, (annotation) => this.#isVisible(annotation))
  }

  async #pick(position: Position, isMeant: (annotation: Annotation) => boolean): Promise<Id | null> {
    const loaded = this.#pickLoaded(position, isMeant)
    if (loaded) return loaded
    const fids = await this.#given.view.labelsAt(position)
    if (!fids.length) return null
    await this.#given.near.fetch(fids)
    const found = fids.flatMap((fid) => this.#given.session.labels.ofFid(fid) ?? [])
    if (found.some((annotation) => annotation.geometry?.frame !== this.frame)) {
      await this.#given.placement.prepare(found)
    }
    return this.#pickLoaded(position, isMeant) ?? found.find(isMeant)?.id ?? null
  }

  async within(bounds: Bounds): Promise<readonly Id[]> {
    const { session, placement, shown } = this.#given
    const [minx, miny, maxx, maxy] = bounds
    const ring: Ring = [
      [minx, miny],
      [maxx, miny],
      [maxx, maxy],
      [minx, maxy],
    ]
    for (let after: number | null = 0, n = 0; after !== null; ) {
      const page = await session.api.annotations({ bbox: bounds, frame: this.frame, after, limit: PAGE })
      await placement.prepare(page.annotations)
      session.labels.receive({ documents: page.annotations, deleted: [] })
      n += page.annotations.length
      after = page.next
      if (after === null || n < MOST_WITHIN) continue
      this.tell(`There are more than ${n.toLocaleString('en')} objects here: only those are looked at.`)
      after = null
    }
    return shown
      .near(bounds)
      .filter(({ annotation, geometry }) => this.#isReached(annotation) && isMeeting(geometry, ring))
      .map(({ annotation }) => annotation.id)
  }

  measure(geometry: Geometry): string {
    return this.#given.scale.measure(geometry)
  }

  draw(geometry: Geometry, tool: string, also: readonly Reshape[] = []): void {
    const { session } = this.#given
    const label = session.chosen.peek()
    if (!label) return this.tell('There is no class yet: add one on the right, then draw.')
    if (!Ontology.allows(label, geometry.kind)) {
      const allowed = label.geometries.map((kind) => titleOfKind(kind).toLowerCase()).join(', ')
      return this.tell(`${label.title} may be drawn as ${allowed}; choose another class or tool.`)
    }
    const put = (others?: ReadonlyMap<Id, Geometry>) => {
      const made = session.editor.draw(geometry, tool, others)
      if (made) session.selection.set(made.id)
    }
    if (!also.length) return put()
    void this.#restored(also).then((others) => {
      if (others.size === also.length) put(others)
    })
  }

  cutOut(geometry: Geometry, by: readonly Geometry[]): Promise<Geometry | null> {
    return new Operations(this.#given.session).cutOut(geometry, by)
  }

  async reshape(message: string, shapes: readonly Reshape[]): Promise<void> {
    this.#given.session.editor.reshape(message, await this.#restored(shapes))
  }

  /** Return new forms in the annotations' own frames, and tell of those that have no place there. */
  async #restored(shapes: readonly Reshape[]): Promise<ReadonlyMap<Id, Geometry>> {
    const { session, placement } = this.#given
    const edits = shapes.flatMap(({ id, geometry }) => {
      const annotation = session.labels.get(id)
      return annotation ? [{ annotation, edited: geometry }] : []
    })
    const restored = await placement.restored(edits)
    const n = shapes.length - restored.size
    if (n === 1) this.tell('This object cannot be moved here: it has no place in its own frame.')
    if (n > 1) this.tell(`${n} objects cannot be moved here: they have no place in their own frames.`)
    return restored
  }

  operate(message: string, operation: Operation, ids: readonly Id[]): Promise<readonly Id[] | null> {
    return new Operations(this.#given.session).run(message, operation, ids)
  }

  remove(ids: readonly Id[]): void {
    this.#given.session.editor.remove(ids)
  }

  sketch(sketch: Sketch | null): void {
    if (sketch === null && this.#sketch === null) return
    const isStill = sameIds(this.#sketch?.replaces, sketch?.replaces)
    this.#sketch = sketch
    this.aim.value = sketch?.aim ?? null
    this.made.value = sketch?.measured ?? sketch?.geometry ?? null
    this.problem.value = sketch?.problem?.sentence ?? null
    this.#given.view.repaint(isStill ? 'moving' : undefined)
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

  /** Stop following what is chosen. */
  close(): void {
    this.#end()
  }

  /** Say whether the pointer can take an object. */
  #isReached(annotation: Annotation): boolean {
    return this.#isVisible(annotation) && !this.#given.session.guard.isLocked(annotation)
  }

  #isVisible(annotation: Annotation): boolean {
    return this.#given.session.guard.isVisible(annotation)
  }

  /** Return the loaded annotation under a position: points before lines before areas, small areas before large. */
  #pickLoaded(position: Position, isMeant: (annotation: Annotation) => boolean): Id | null {
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
      if (!isMeant(label.annotation)) continue
      const at = rank(label)
      if (at < (best?.rank ?? Infinity)) best = { id: label.annotation.id, rank: at }
    }
    return best?.id ?? null
  }
}

function sameIds(a: readonly Id[] = [], b: readonly Id[] = []): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]))
}
