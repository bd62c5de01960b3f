import Layer from 'ol/layer/Layer'
import type { FrameState } from 'ol/Map'
import { Camera } from '../camera'
import type { OverlayPainter } from '../view'

/** The topmost layer: two canvases, of which the lower one is painted only when something on it is another. */
export class OverlayLayer extends Layer {
  readonly #element = document.createElement('div')
  readonly #still = sheet(this.#element)
  readonly #moving = sheet(this.#element)
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
    isResized(this.#moving, frame)
    if (isResized(this.#still, frame) || !this.#painted || !Camera.equals(this.#painted, camera)) {
      this.#painter.still({ context: cleared(this.#still, frame), camera })
      this.#painted = camera
    }
    this.#painter.moving({ context: cleared(this.#moving, frame), camera })
    return this.#element
  }
}

function sheet(parent: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.style.position = 'absolute'
  canvas.style.pointerEvents = 'none'
  parent.append(canvas)
  return canvas
}

/** Give a canvas the size of a frame; true where it had another and is empty now. */
function isResized(canvas: HTMLCanvasElement, frame: FrameState): boolean {
  const [width, height] = frame.size as [number, number]
  const [w, h] = [Math.round(width * frame.pixelRatio), Math.round(height * frame.pixelRatio)]
  if (canvas.width === w && canvas.height === h) return false
  canvas.width = w
  canvas.height = h
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  return true
}

function cleared(canvas: HTMLCanvasElement, { size, pixelRatio }: FrameState): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')!
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
  context.clearRect(0, 0, size[0]!, size[1]!)
  return context
}
