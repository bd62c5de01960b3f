import Layer from 'ol/layer/Layer'
import type { FrameState } from 'ol/Map'
import { Camera } from '../camera'
import type { Easel } from '../paint/brush'
import type { OverlayPainter } from '../view'

/** The topmost layer: two canvases, of which the lower one is painted only when something on it is another. */
export class OverlayLayer extends Layer {
  readonly #element = document.createElement('div')
  readonly #still = new Sheet(this.#element)
  readonly #moving = new Sheet(this.#element)
  readonly #camera: () => Camera
  #painter: OverlayPainter = { still: () => {}, moving: () => {} }
  /** How the still canvas is looked at; null = it has to be painted anew. */
  #painted: Camera | null = null

  /** @param camera returns how the plane is looked at in the frame that is drawn */
  constructor(camera: () => Camera) {
    super({ zIndex: 1000 })
    this.#camera = camera
    this.#element.className = 'map-overlay'
  }

  /** Set what paints. */
  set painter(painter: OverlayPainter) {
    this.#painter = painter
    this.repaint()
  }

  /** Paint anew with the next frame: all, or only what follows the pointer. */
  repaint(what?: 'moving'): void {
    if (what !== 'moving') this.#painted = null
    this.changed()
  }

  override getSourceState(): 'ready' {
    return 'ready'
  }

  override render(frame: FrameState | null): HTMLElement {
    if (!frame) return this.#element
    const camera = this.#camera()
    this.#moving.resize(frame)
    if (this.#still.resize(frame) || !this.#painted || !Camera.equals(this.#painted, camera)) {
      this.#still.paint(camera, this.#painter.still)
      this.#painted = camera
    }
    this.#moving.paint(camera, this.#painter.moving)
    return this.#element
  }
}

/** A canvas as large as the map. As long as it is empty the browser has nothing to do for it. */
class Sheet {
  readonly #canvas = document.createElement('canvas')
  readonly #context = this.#canvas.getContext('2d')!
  #isEmpty = true

  constructor(parent: HTMLElement) {
    this.#canvas.style.position = 'absolute'
    this.#canvas.style.pointerEvents = 'none'
    parent.append(this.#canvas)
  }

  /** Take the size of a frame; true where it had another. */
  resize(frame: FrameState): boolean {
    const [width, height] = frame.size as [number, number]
    const [w, h] = [Math.round(width * frame.pixelRatio), Math.round(height * frame.pixelRatio)]
    const canvas = this.#canvas
    if (canvas.width === w && canvas.height === h) return false
    canvas.width = w
    canvas.height = h
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    this.#context.scale(frame.pixelRatio, frame.pixelRatio)
    this.#isEmpty = true
    return true
  }

  /** Paint anew; whoever asks the easel for its context paints. */
  paint(camera: Camera, work: (easel: Easel) => void): void {
    const context = this.#context
    if (!this.#isEmpty) context.clearRect(0, 0, ...camera.size)
    this.#isEmpty = true
    const touch = () => {
      this.#isEmpty = false
    }
    work({
      camera,
      get context() {
        touch()
        return context
      },
    })
  }
}
