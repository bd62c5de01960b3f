import Layer from 'ol/layer/Layer'
import type { FrameState } from 'ol/Map'
import type { Camera } from '../camera'
import type { Easel } from '../paint/brush'

/** The topmost layer: a canvas that is painted anew with every frame of the map. */
export class OverlayLayer extends Layer {
  readonly #canvas = document.createElement('canvas')
  readonly #camera: () => Camera
  #paint: (easel: Easel) => void = () => {}

  /** @param camera returns how the plane is looked at in the frame that is drawn */
  constructor(camera: () => Camera) {
    super({ zIndex: 1000 })
    this.#camera = camera
    this.#canvas.className = 'map-overlay'
    this.#canvas.style.position = 'absolute'
    this.#canvas.style.pointerEvents = 'none'
  }

  /** Set what paints. */
  set paint(paint: (easel: Easel) => void) {
    this.#paint = paint
    this.changed()
  }

  override getSourceState(): 'ready' {
    return 'ready'
  }

  override render(frame: FrameState | null): HTMLElement {
    if (!frame) return this.#canvas
    const [width, height] = frame.size as [number, number]
    const ratio = frame.pixelRatio
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (this.#canvas.width !== w || this.#canvas.height !== h) {
      this.#canvas.width = w
      this.#canvas.height = h
      this.#canvas.style.width = `${width}px`
      this.#canvas.style.height = `${height}px`
    }
    const context = this.#canvas.getContext('2d')!
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    this.#paint({ context, camera: this.#camera() })
    return this.#canvas
  }
}
