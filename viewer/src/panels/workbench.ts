import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { follow } from '../api/feed'
import type { Session } from '../document/session'
import { Bounds } from '../math/bounds'
import { Annotation } from '../model/annotation'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { Asset, boundsOfPlace, Scene, type ViewFrame } from '../model/scene'
import type { RasterPicture } from '../raster/picture'
import { RasterShelf } from '../raster/shelf'
import type { Fault } from '../shapes/faults'
import { boundsOf } from '../shapes/hit'
import { TOOLS } from '../tools'
import type { Aids } from '../tools/parts/aids'
import { Locks } from '../tools/parts/locks'
import { ToolSettings } from '../tools/parts/settings'
import type { Tool } from '../tools/tool'
import { Stage } from '../views/stage'
import type { View } from '../views/view'
import { keepAids, keptAids } from './aids/kept-aids'
import { Clipboard } from './clipboard/clipboard'
import { Comparison } from './compare/comparison'
import type { JobBoard } from './exchange/job-board'
import type { ShapeAct } from './geometry/shape-acts'
import type { Toasts } from './kit/toasts'
import { LayerOrder } from './layers/layer-order'
import { picturesBeside, picturesOf, placeHere } from './layers/pictures'
import { watchSight } from './layers/sight'
import { Painting } from './paint/painting'
import { Reviewing } from './review/reviewing'
import { ContextMenuState } from './scene/menu-state'
import { Readout } from './status-bar/readout'
import { TagBoard } from './tags/tag-board'
import { isFirstTime } from './tour/first-time'
import { TypedInput } from './typed/typed-input'
import { Wall } from './wall/wall'

/** Opens a view of a frame in an element; the map library is loaded when the first one is. */
export type OpenView = (element: HTMLElement, place: ViewFrame) => Promise<View>

export interface WorkbenchGiven {
  readonly session: Session
  readonly toasts: Toasts
  readonly board: JobBoard
  readonly openView: OpenView
  readonly storage: Storage | null
}

/** Which settings of a class are asked for. */
export interface ClassOpen {
  readonly slug: string
  readonly tab: 'class' | 'attributes' | 'skeleton'
}

/** Everything that the panels around one open scene read and change. */
export class Workbench {
  readonly session: Session
  readonly toasts: Toasts
  readonly board: JobBoard
  readonly shelf: RasterShelf
  readonly tool: Signal<Tool> = signal(TOOLS[0]!)
  /** The tool of each family that was used last: it stands in front. */
  readonly fronts = signal<ReadonlyMap<string, Tool>>(new Map())
  /** The drawing tool that N takes up again. */
  readonly lastDrawn: Signal<Tool> = signal(TOOLS.find((tool) => tool.group === 'draw')!)
  readonly isSnapping: Signal<boolean>
  /** What is fixed of the next vertex by numbers. */
  readonly locks: Signal<Locks> = signal(Locks.NONE)
  /** What catches the pointer, and whether shared borders stay shared; kept by the browser. */
  readonly aids: Signal<Aids>
  /** How pixels are painted, and where. */
  readonly painting: Painting
  /** Numbers that tools are set to. */
  readonly settings: Signal<ToolSettings> = signal(ToolSettings.DEFAULT)
  /** Slugs of classes that are not drawn. */
  readonly hidden: Signal<ReadonlySet<string>>
  readonly fillOpacity = signal(0.25)
  readonly areLabelsVisible = signal(true)
  /** The magnifier stays; else it is there while Alt is held. */
  readonly isLoupeOn = signal(false)
  /** The tour around the window is under way. */
  readonly isTouring: Signal<boolean>
  readonly storage: Storage | null
  /** Lines through the pointer across the whole view. */
  readonly isCrosshairOn = signal(false)
  /** The raster that decides the view frame. */
  readonly active: Signal<Id | null>
  readonly place = computed<ViewFrame | null>(() => {
    const active = this.active.value
    return active === null ? null : Scene.viewFrame(this.session.scene.value, active)
  })
  readonly order: LayerOrder
  readonly comparison: Comparison
  /** What the view shows, bottom first. */
  readonly pictures = computed<readonly RasterPicture[]>(() => picturesOf(this))
  /** What the view beside it shows. */
  readonly picturesBeside = computed<readonly RasterPicture[]>(() => picturesBeside(this))
  readonly stage = signal<Stage | null>(null)
  /** The second view, while two are compared side by side: it looks where the first one does. */
  readonly beside = signal<Stage | null>(null)
  /** What colours mean is written on the map. */
  readonly isLegendShown = signal(true)
  /** Numbers typed for the next vertex. */
  readonly typed = new TypedInput(this.locks, this.stage, (sentence) => this.toasts.tell(sentence))
  /** What is known of the place under the pointer. */
  readonly readout: Readout
  /** The numbers of all bands, under the pointer and in the chosen area, are drawn as a curve. */
  readonly isProfileOpen = signal(false)
  readonly clipboard = new Clipboard(this)
  /** Objects side by side, cut out of the raster. */
  readonly wall: Wall
  /** The wall stands before the map. */
  readonly isWall = signal(false)
  readonly menu = new ContextMenuState(this)
  readonly tags = new TagBoard(this)
  readonly reviewing = new Reviewing(this)
  /** The dialog that selects by an expression is open. */
  readonly isExpressing = signal(false)
  /** The expression that was used last. */
  readonly expression = signal('')
  /** The object whose history is open. */
  readonly historyOpen = signal<Id | null>(null)
  /** True while the connection to the feed stands. */
  readonly isLive = signal(false)
  /** Which dialog of the scene is open. */
  readonly open = signal<'export' | 'import' | 'submit' | 'refused' | 'cells' | null>(null)
  /** The class whose settings are open, and what of them is to be seen first. */
  readonly classOpen = signal<ClassOpen | null>(null)
  /** What was found wrong with labels in view; null = nobody asked. */
  readonly faults = signal<readonly Fault[] | null>(null)
  /** What is asked about the shapes of what is chosen. */
  readonly shapeAct = signal<ShapeAct | null>(null)
  /** Label files that were dropped on the scene and are to be imported. */
  readonly dropped = signal<readonly File[]>([])
  readonly #openView: OpenView
  readonly #ends: (() => void)[] = []
  #mounting = 0

  constructor(given: WorkbenchGiven) {
    const { session } = given
    this.session = session
    this.hidden = session.guard.hiddenClasses
    this.toasts = given.toasts
    this.board = given.board
    this.#openView = given.openView
    this.shelf = new RasterShelf(given.storage)
    this.wall = new Wall(this, given.storage)
    const kept = keptAids(given.storage)
    this.isSnapping = signal(kept.isSnapping)
    this.aids = signal(kept.aids)
    this.storage = given.storage
    this.isTouring = signal(isFirstTime(session.id, given.storage))
    this.active = signal(Scene.rasters(session.scene.peek())[0]?.id ?? null)
    this.painting = new Painting(session, this.active, given.storage)
    this.readout = new Readout(this)
    this.order = new LayerOrder(session.scene, given.storage)
    this.comparison = new Comparison(
      this.shelf,
      this.active,
      computed(() => this.order.ids.value.filter((id) => placeHere(this, id))),
    )
    this.#ends.push(
      () => this.painting.close(),
      effect(() => keepAids(given.storage, this.isSnapping.value, this.aids.value)),
      effect(() => {
        const rasters = Scene.rasters(session.scene.value)
        for (const asset of rasters) this.shelf.want(asset.id, Asset.display(asset))
        if (!rasters.some(({ id }) => id === this.active.peek())) this.active.value = rasters[0]?.id ?? null
      }),
      effect(() => {
        const tool = this.tool.value
        if (tool.group === 'draw') this.lastDrawn.value = tool
        if (tool.family) this.fronts.value = new Map(this.fronts.peek()).set(tool.family, tool)
      }),
      watchSight(this),
      this.#follow(),
    )
  }

  /** Work on a raster: it decides the frame of the view, and lies over the others. */
  activate(asset: Id): void {
    this.order.raise(asset)
    this.active.value = asset
  }

  /** Show the scene in an element; returns what ends it. A raster of another frame opens another view. */
  attach(element: HTMLElement): () => void {
    let frame: string | null = null
    const end = effect(() => {
      const place = this.place.value
      const key = place && `${place.frame.id} ${place.affine ? '' : place.asset}`
      if (key === frame) return
      frame = key
      void this.#mount(element, place)
    })
    return () => {
      end()
      this.#mounting++
      this.#unmount()
    }
  }

  /** Show all of a raster; of another frame too. */
  zoomTo(asset: Id): void {
    const place = Scene.viewFrame(this.session.scene.peek(), asset)
    if (!place) return
    if (place.frame.id !== this.place.peek()?.frame.id) this.activate(asset)
    this.fit(boundsOfPlace(place))
  }

  /** Show all of some bounds of the view frame. */
  fit(bounds: Bounds): void {
    this.stage.peek()?.view.fit(bounds)
  }

  /** Bring objects into sight. */
  zoomToObjects(ids: readonly Id[]): void {
    const stage = this.stage.peek()
    const all = ids.map((id) => stage?.shown.get(id)?.bounds).filter((bounds) => bounds !== undefined)
    if (!stage || !all.length) return
    const joined = all.reduce(Bounds.joined)
    const room =
      Math.max(joined[2] - joined[0], joined[3] - joined[1], 40 * (stage.place.affine?.a ?? 1)) * 0.75
    const [x, y] = Bounds.center(joined)
    stage.view.fit(Bounds.around([x, y], room))
  }

  /** Draw geometries of an import over the map before it is done; null = no more. */
  async preview(geometries: readonly Geometry[] | null): Promise<void> {
    const stage = this.stage.peek()
    if (!stage) return
    const given = { scene: this.session.id, label: '', actor: '', tool: '' }
    const strange = (geometries ?? []).map((geometry) => Annotation.make({ ...given, geometry }))
    await stage.placement.prepare(strange)
    const shown = strange.map((a) => stage.placement.shown(a)).filter((geometry) => geometry !== null)
    stage.hand.preview.value = shown
    const bounds = shown.map(boundsOf).filter((b) => b !== null)
    if (bounds.length) stage.view.fit(bounds.reduce(Bounds.joined))
  }

  /** Close everything that the bench started. */
  close(): void {
    for (const end of this.#ends) end()
    this.readout.close()
    this.#mounting++
    this.#unmount()
    this.wall.close()
    this.session.close()
  }

  async #mount(element: HTMLElement, place: ViewFrame | null): Promise<void> {
    const mounting = ++this.#mounting
    this.#unmount()
    if (!place) return
    const stage = await this.openStage(element, place, this.tool, this.pictures)
    if (mounting !== this.#mounting) return stage.close()
    this.stage.value = stage
  }

  /** Open a view of a frame in an element, with everything that works in it. Whoever asks closes it. */
  async openStage(
    element: HTMLElement,
    place: ViewFrame,
    tool: ReadonlySignal<Tool>,
    pictures: ReadonlySignal<readonly RasterPicture[]>,
  ): Promise<Stage> {
    const view = await this.#openView(element, place)
    return new Stage({
      session: this.session,
      view,
      place,
      tool,
      pictures,
      isSnapping: this.isSnapping,
      aids: this.aids,
      locks: this.locks,
      settings: this.settings,
      hidden: this.hidden,
      fillOpacity: this.fillOpacity,
      areLabelsVisible: this.areLabelsVisible,
      paint: this.painting.options,
      paintTarget: this.painting.target,
      paintedLooks: this.painting.looks,
      aimAt: (layer) => this.painting.aimAt(layer),
      isOnEarth: computed(() => {
        const facts = this.shelf.shelved.value.get(place.asset)?.facts
        return facts ? facts.info.footprint !== null : null
      }),
      tell: (sentence) => this.toasts.tell(sentence),
    })
  }

  #unmount(): void {
    const stage = this.stage.peek()
    this.stage.value = null
    stage?.close()
  }

  #follow(): () => void {
    const { session } = this
    let wasLive = true
    return follow(session.id, session.revision.peek(), {
      commit: (commit) => session.receive(commit),
      reload: (revision) => void session.reload(revision).catch((error) => this.toasts.error(error)),
      job: (job) => this.board.receive(job),
      asset: ({ asset }) => {
        void session.refreshScene().catch(() => {})
        void this.shelf.refresh(asset)
      },
      project: (revision) => void session.refreshProject(revision).catch(() => {}),
      isLive: (isLive) => {
        this.isLive.value = isLive
        if (isLive) session.outbox.heard()
        else if (wasLive) session.outbox.lost()
        wasLive = isLive
      },
    })
  }
}
