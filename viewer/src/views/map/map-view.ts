import { type Signal, signal } from '@preact/signals-core'
import OlMap from 'ol/Map'
import type MapBrowserEvent from 'ol/MapBrowserEvent'
import OlView from 'ol/View'
import type { Bounds } from '../../math/bounds'
import type { Position } from '../../math/position'
import type { ViewFrame } from '../../model/scene'
import type { RasterPicture } from '../../raster/picture'
import type { Sample } from '../../raster/sample'
import type { Gesture, Pointer } from '../../tools/tool'
import { Camera } from '../camera'
import type { LabelInk, LabelTiles, OverlayPainter, PaintedSheet, Stain, View } from '../view'
import { FIELDS, heard, isTyping, type Listener } from './keys'
import { LabelLayer } from './label-layer'
import { navigation } from './navigation'
import { OverlayLayer } from './overlay-layer'
import { PaintedLayer } from './painted-layer'
import { Plane } from './plane'
import { Fingers, toolInteraction } from './pointer'
import { RasterStack } from './raster-stack'
import type { TextureCache } from './raw-layer'
import 'ol/ol.css'

/** Screen pixels that one native pixel may be zoomed to, and how far out a raster may be seen. */
const CLOSEST_PX = 256
const MARGIN_PX = 24
/** What makes two clicks a double click. */
const DOUBLE_MS = 400
const DOUBLE_PX = 5

/** The plane of a map frame or of a raster's pixels, drawn by OpenLayers. */
export class MapView implements View {
  readonly element: HTMLElement
  readonly frame: string
  readonly camera: Signal<Camera>
  readonly pointer = signal<Position | null>(null)
  readonly isIdle = signal(false)
  readonly problem = signal<string | null>(null)

  readonly #map: OlMap
  readonly #view: OlView
  readonly #plane: Plane
  readonly #overlay: OverlayLayer
  readonly #painted: PaintedLayer
  readonly #rasters: RasterStack
  #labels: LabelLayer | null = null
  #gesture: Gesture | null = null
  readonly #fingers = new Fingers()
  #isSpaceHeld = false
  #isTraceHeld = false
  #lastPointer: Pointer | null = null
  #lastClick = { at: 0, pixel: [0, 0] as readonly [number, number] }
  readonly #ends: (() => void)[] = []

  /** @param tiles decoded tiles, shared by all views of a scene */
  constructor(element: HTMLElement, place: ViewFrame, tiles: TextureCache) {
    this.element = element
    this.frame = place.frame.id
    this.#plane = Plane.of(place)
    const unit = place.affine?.a ?? 1
    const [width, height] = place.pixel.size
    const extent = Plane.extent(place)
    this.#view = new OlView({
      projection: this.#plane.projection,
      center: [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2],
      resolution: unit,
      minResolution: unit / CLOSEST_PX,
      maxResolution: (Math.max(width, height) * unit) / 64,
      constrainResolution: false,
      enableRotation: false,
      smoothResolutionConstraint: false,
      showFullExtent: true,
    })
    this.camera = signal(this.#cameraNow([1, 1]))
    this.#overlay = new OverlayLayer(() => this.#cameraNow())
    this.#painted = new PaintedLayer(() => this.#cameraNow())
    this.#map = this.#makeMap()
    this.#rasters = new RasterStack(this.#map, this.#plane, tiles, (sentence) => {
      this.problem.value = sentence
    })
    this.#listen()
    this.fit(this.#boundsOf(extent))
  }

  isMoving(): boolean {
    return this.#view.getInteracting() || this.#view.getAnimating()
  }

  take(gesture: Gesture | null): void {
    this.#gesture = gesture
    this.#showCursor()
    this.repaint()
  }

  overlay(painter: OverlayPainter): void {
    this.#overlay.painter = painter
  }

  repaint(what?: 'moving'): void {
    this.#overlay.repaint(what)
  }

  showRasters(pictures: readonly RasterPicture[]): void {
    this.#rasters.show(pictures)
  }

  showPainted(sheets: readonly PaintedSheet[]): void {
    this.#painted.sheets = sheets
  }

  repaintPainted(): void {
    this.#painted.changed()
  }

  sample(key: string): Sample | null {
    const camera = this.#cameraNow()
    return this.#rasters.sample(key, this.#extentOf(Camera.bounds(camera)), camera.unitsPerPixel)
  }

  swipe(share: number): void {
    this.element.style.setProperty('--swipe', `${100 * share}%`)
  }

  showLabels(tiles: LabelTiles | null): void {
    if (this.#labels) this.#map.removeLayer(this.#labels.layer)
    this.#labels = tiles && new LabelLayer(tiles, Plane.labelGrid(), this.#plane)
    if (this.#labels) this.#map.addLayer(this.#labels.layer)
  }

  inkLabels(ink: LabelInk): void {
    this.#labels?.ink(ink)
  }

  refreshLabels(revision: number, stains: readonly Stain[]): void {
    this.isIdle.value = false
    const extentOf = (bounds: Bounds | null | undefined) => (bounds ? this.#extentOf(bounds) : null)
    this.#labels?.refresh(
      stains.map(({ bounds, except }) => ({ revision, extent: extentOf(bounds), except: extentOf(except) })),
    )
  }

  hideLabels(fids: ReadonlySet<number>): void {
    this.#labels?.hide(fids)
  }

  async labelsAt(position: Position): Promise<readonly number[]> {
    return (await this.#labels?.at([...Camera.toScreen(this.#cameraNow(), position)])) ?? []
  }

  look(at: Partial<Pick<Camera, 'center' | 'unitsPerPixel'>>): void {
    if (at.unitsPerPixel !== undefined) this.#view.setResolution(at.unitsPerPixel)
    if (at.center) this.#view.setCenter(Plane.fromFrame(this.#plane, at.center))
  }

  fit(bounds: Bounds): void {
    const size = this.#map.getSize()
    if (size?.[0] && size[1]) return this.look(Camera.fitting(bounds, size as [number, number], MARGIN_PX))
    this.#map.once('change:size', () => this.fit(bounds))
  }

  close(): void {
    for (const end of this.#ends) end()
    this.#gesture?.stop()
    this.#rasters.close()
    this.#map.setTarget(undefined)
    this.#map.dispose()
  }

  #makeMap(): OlMap {
    const tool = toolInteraction({
      fingers: this.#fingers,
      gesture: () => this.#gesture,
      pointerOf: (event) => this.#pointerOf(event),
      isPanning: () => this.#isSpaceHeld,
      after: () => this.#showCursor(),
    })
    return new OlMap({
      target: this.element,
      view: this.#view,
      layers: [this.#painted, this.#overlay],
      controls: [],
      // the last one is asked first
      interactions: [...navigation(), tool],
      moveTolerance: 3,
    })
  }

  #listen(): void {
    const update = () => {
      this.camera.value = this.#cameraNow()
    }
    this.#view.on('propertychange', update)
    this.#map.on('change:size', update)
    this.#map.on('movestart', () => {
      this.isIdle.value = false
      this.problem.value = null
    })
    this.#map.on('loadstart', () => {
      this.isIdle.value = false
    })
    this.#map.on('rendercomplete', () => {
      this.isIdle.value = true
    })
    this.#map.on('pointermove', (event) => {
      if (this.isMoving()) return // the map goes with the pointer: what is under it stays
      this.pointer.value = this.#positionOf(event)
      this.#lastPointer = this.#pointerOf(event)
    })
    this.#map.on('click', (event) => this.#clicked(event))
    this.#on(this.element, 'pointerleave', () => {
      this.pointer.value = null
      this.#lastPointer = null
      this.#run((gesture) => gesture.leave?.())
    })
    const wheel = (event: WheelEvent) => this.#wheel(event)
    const asked = { capture: true, passive: false }
    this.element.addEventListener('wheel', wheel, asked)
    this.#ends.push(() => this.element.removeEventListener('wheel', wheel, asked))
    for (const name of ['keydown', 'keyup'] as const)
      this.#on(window, name, (event) => {
        this.#space(event, name === 'keydown')
        this.#trace(event, name === 'keydown')
      })
    this.#on(window, 'blur', () => {
      this.#isSpaceHeld = false
      this.#isTraceHeld = false
    })
  }

  #on<K extends keyof WindowEventMap>(target: EventTarget, name: K, listener: Listener<K>): void {
    this.#ends.push(heard(target, name, listener as EventListener))
  }

  #run(work: (gesture: Gesture) => void): void {
    if (!this.#gesture || this.#isSpaceHeld) return
    work(this.#gesture)
    this.#showCursor()
  }

  /** OpenLayers takes two quick clicks anywhere for a double click; whoever draws fast means two vertices. */
  #clicked(event: MapBrowserEvent): void {
    if (!this.#fingers.mayClick(event.originalEvent as PointerEvent)) return
    const [x, y] = event.pixel as [number, number]
    const now = event.originalEvent.timeStamp
    const { at, pixel } = this.#lastClick
    const isDouble = now - at <= DOUBLE_MS && Math.hypot(x - pixel[0], y - pixel[1]) <= DOUBLE_PX
    this.#lastClick = { at: isDouble ? 0 : now, pixel: [x, y] }
    const pointer = this.#pointerOf(event)
    this.#run((gesture) => gesture.click?.(pointer))
    if (isDouble) this.#run((gesture) => gesture.doubleClick?.(pointer))
  }

  #space(event: KeyboardEvent, isDown: boolean): void {
    if (event.code !== 'Space' || (isDown && isTyping(event, `${FIELDS}, button`))) return
    this.#isSpaceHeld = isDown
    if (isDown) event.preventDefault()
    this.#showCursor()
  }

  /** With a key held the wheel may mean the tool; then the map does not zoom. */
  #wheel(event: WheelEvent): void {
    const last = this.#lastPointer
    if (!last || !(event.shiftKey || event.altKey)) return
    // with Shift some systems turn the wheel sideways
    const turn = event.deltaY || event.deltaX
    const isTaken = this.#gesture?.wheel?.(
      { ...last, shift: event.shiftKey, alt: event.altKey },
      -Math.sign(turn),
    )
    if (!isTaken) return
    event.preventDefault()
    event.stopPropagation()
  }

  /** T held: the tool follows edges, from where the pointer is. */
  #trace(event: KeyboardEvent, isDown: boolean): void {
    if (event.key.toLowerCase() !== 't' || event.repeat || (isDown && isTyping(event, FIELDS))) return
    if (isDown && (event.ctrlKey || event.metaKey || event.altKey)) return
    this.#isTraceHeld = isDown
    const last = this.#lastPointer
    if (last) this.#run((gesture) => gesture.move?.({ ...last, isTracing: isDown }))
  }

  #showCursor(): void {
    this.element.style.cursor = this.#isSpaceHeld ? 'grab' : (this.#gesture?.cursor ?? 'default')
  }

  #positionOf(event: MapBrowserEvent): Position {
    return Camera.toFrame(this.#cameraNow(), event.pixel as [number, number])
  }

  #pointerOf(event: MapBrowserEvent): Pointer {
    const { altKey: alt, shiftKey: shift, ctrlKey, metaKey, buttons } = event.originalEvent as PointerEvent
    return {
      position: this.#positionOf(event),
      alt,
      shift,
      ctrl: ctrlKey || metaKey,
      isTracing: this.#isTraceHeld,
      isRight: (buttons & 2) !== 0,
    }
  }

  #cameraNow(size = (this.#map?.getSize() ?? [1, 1]) as [number, number]): Camera {
    const center = Plane.toFrame(this.#plane, this.#view.getCenter() ?? [0, 0])
    return { center, unitsPerPixel: this.#view.getResolution() ?? 1, size, isYDown: this.#plane.isYDown }
  }

  #extentOf(bounds: Bounds): number[] {
    return this.#plane.isYDown ? [bounds[0], -bounds[3], bounds[2], -bounds[1]] : [...bounds]
  }

  #boundsOf(extent: readonly [number, number, number, number]): Bounds {
    return this.#plane.isYDown ? [extent[0], -extent[3], extent[2], -extent[1]] : extent
  }
}
