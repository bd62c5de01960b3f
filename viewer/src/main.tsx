import { render } from 'preact'
import { App, Shell } from './app'
import { Camera } from './views/camera'
import './panels/kit/theme.css'

/** What tests may look at: nothing here is needed to work. */
interface Window3d {
  /** True when everything asked for is stored, loaded and drawn. */
  readonly idle: boolean
  /** What it is not idle for. */
  readonly waiting: readonly string[]
  /** Return where a position of the view frame is on the page, in CSS pixels. */
  toPage(x: number, y: number): readonly [number, number] | null
  /** Return the position of the view frame under a place of the page. */
  toFrame(x: number, y: number): readonly [number, number] | null
  /** Return what lies under a place of the page, and how many milliseconds it took to find out. */
  pick(x: number, y: number): Promise<{ readonly id: string | null; readonly ms: number }>
}

declare global {
  interface Window {
    geo3d?: Window3d
  }
}

const shell = new Shell(localStorage)

const camera = () => {
  const view = shell.bench.peek()?.stage.peek()?.view
  return view && { camera: view.camera.peek(), box: view.element.getBoundingClientRect() }
}

window.geo3d = {
  get idle() {
    return this.waiting.length === 0
  },
  get waiting() {
    if (shell.route.peek() === null) return shell.session.peek() ? [] : ['session']
    const bench = shell.bench.peek()
    const stage = bench?.stage.peek()
    if (!bench || !stage) return ['scene']
    const state = bench.session.outbox.state.peek().kind
    return [
      ...(stage.view.isIdle.peek() && bench.beside.peek()?.view.isIdle.peek() !== false ? [] : ['map']),
      ...(stage.rest.isNow ? [] : ['sight']),
      ...(stage.painted.isLoading.peek() ? ['painted tiles'] : []),
      ...(stage.hand.painting.nAsked.peek() ? ['pixels'] : []),
      ...(stage.near.isLoading.peek() ? ['labels'] : []),
      ...(stage.isCatchingUp ? ['label tiles'] : []),
      ...(bench.wall.index.isReading.peek() ? ['wall'] : []),
      ...(state === 'saved' ? [] : [state]),
    ]
  },
  toPage(x, y) {
    const at = camera()
    if (!at) return null
    const [left, top] = Camera.toScreen(at.camera, [x, y])
    return [left + at.box.left, top + at.box.top]
  },
  toFrame(x, y) {
    const at = camera()
    return at ? Camera.toFrame(at.camera, [x - at.box.left, y - at.box.top]) : null
  },
  async pick(x, y) {
    const position = this.toFrame(x, y)
    const hand = shell.bench.peek()?.stage.peek()?.hand
    if (!position || !hand) return { id: null, ms: 0 }
    const start = performance.now()
    const id = await hand.pick(position)
    return { id, ms: performance.now() - start }
  },
}

render(<App shell={shell} />, document.getElementById('app')!)
