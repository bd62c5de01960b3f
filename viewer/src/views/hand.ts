import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type { Neighbourhood } from '../document/neighbourhood'
import { type Operation, Operations, type Outcome } from '../document/operations'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Attribute, Ontology } from '../model/ontology'
import { titleOfKind } from '../shapes'
import { boundsOf } from '../shapes/hit'
import type { Placement } from '../shapes/placement'
import type { ShownLabels } from '../shapes/shown'
import type {
  Aids,
  Aim,
  Locks,
  Made,
  Reshape,
  Shown,
  Sketch,
  ToolContext,
  ToolSettings,
  Typing,
} from '../tools/tool'
import type { Freshness } from './freshness'
import type { GroundScale } from './ground-scale'
import { HandOverlay } from './hand-overlay'
import type { Painter } from './painter'
import { Picker } from './picker'
import type { View } from './view'

/** Screen pixels around the pointer within which annotations are loaded. */
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
  readonly painter: Painter
  readonly isSnapping: ReadonlySignal<boolean>
  readonly aids: ReadonlySignal<Aids>
  /** What is fixed of the next vertex by numbers. */
  readonly locks: Signal<Locks>
  readonly settings: Signal<ToolSettings>
  /** Slugs of classes that are not drawn. */
  readonly hidden: ReadonlySignal<ReadonlySet<string>>
  readonly fillOpacity: ReadonlySignal<number>
  readonly areLabelsVisible: ReadonlySignal<boolean>
  tell(sentence: string): void
}

/** The hand in one view: all that tools know of the world, and what is painted over the tiles for them. */
export class Hand implements ToolContext {
  readonly frame: string
  /** Geometries of an import that is looked at before it is done, in the view frame. */
  readonly preview = signal<readonly Geometry[]>([])
  readonly hovered = signal<Id | null>(null)
  /** What was just drawn and wants its text, and in which attribute; null = nothing does. */
  readonly asked = signal<{ readonly id: Id; readonly attribute: string } | null>(null)
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
  readonly #picker: Picker
  readonly #end: () => void
  #sketch: Sketch | null = null

  constructor(given: HandGiven) {
    this.#given = given
    this.#picker = new Picker(given)
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
      void [this.preview.value, given.hidden.value, given.fillOpacity.value, given.areLabelsVisible.value]
      void [given.session.cells.all.value, given.session.cells.isVisible.value]
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

  get painting() {
    return this.#given.painter
  }

  get settings() {
    return this.#given.settings.peek()
  }

  set(settings: ToolSettings): void {
    this.#given.settings.value = settings
  }

  get metric() {
    return this.#given.scale.metric.peek()
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

  around(bounds: Bounds): readonly Shown[] {
    return this.#given.shown.near(bounds)
  }

  gather(positions: readonly Position[]): Promise<void> | null {
    const missing = this.#given.near.missingAt(positions)
    if (!missing.length) return null
    return this.#given.near.readAt(missing).catch(() => {
      this.tell('There is no connection: a neighbour that is not loaded may keep its border as it was.')
    })
  }

  pick(position: Position): Promise<Id | null> {
    return this.#picker.pick(position)
  }

  /** Return the visible annotation under a position, a locked one too: what a person asks about, not takes hold of. */
  under(position: Position): Promise<Id | null> {
    return this.#picker.under(position)
  }

  within(bounds: Bounds): Promise<readonly Id[]> {
    return this.#picker.within(bounds)
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
      const bounds = boundsOf(geometry)
      const made = session.editor.draw(geometry, tool, others, bounds && Bounds.center(bounds))
      if (!made) return
      session.selection.set(made.id)
      const attribute = Attribute.transcription(label)
      if (attribute && !made.attributes[attribute.name])
        this.asked.value = { id: made.id, attribute: attribute.name }
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

  operate(
    message: string,
    operation: Operation,
    ids: readonly Id[],
    bordering?: (made: readonly Made[]) => Promise<readonly Reshape[]>,
  ): Promise<readonly Id[] | null> {
    const also = async ({ objects, reply }: Outcome) => {
      const made = objects.map(({ id, geometry }, source) => ({
        id,
        before: geometry!,
        after: reply.geometries.filter((_, i) => reply.sources[i] === source),
      }))
      return this.#restored((await bordering?.(made)) ?? [])
    }
    return new Operations(this.#given.session).run(message, operation, ids, { also })
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

  #isVisible(annotation: Annotation): boolean {
    return this.#given.session.guard.isVisible(annotation)
  }
}

function sameIds(a: readonly Id[] = [], b: readonly Id[] = []): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]))
}
