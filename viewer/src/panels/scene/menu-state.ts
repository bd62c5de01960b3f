import { signal } from '@preact/signals'
import { Bounds } from '../../math/bounds'
import { Camera } from '../../views/camera'
import type { Workbench } from '../workbench'

/** Where a context menu stands on the page, CSS pixels, and which of its pages is open. */
export interface MenuPlace {
  readonly x: number
  readonly y: number
  readonly page: 'acts' | 'class'
}

/** The context menu of one workbench: null = closed. */
export class ContextMenuState {
  readonly at = signal<MenuPlace | null>(null)
  readonly #bench: Workbench

  constructor(bench: Workbench) {
    this.#bench = bench
  }

  /** Open it at a place of the page, about the object there; about what is chosen, where it is one of them or there is none. */
  async openAt(x: number, y: number): Promise<void> {
    const stage = this.#bench.stage.peek()
    if (!stage) return
    const box = stage.view.element.getBoundingClientRect()
    const position = Camera.toFrame(stage.view.camera.peek(), [x - box.left, y - box.top])
    const { selection } = this.#bench.session
    // without an answer from the server the menu is about what is chosen
    const id = await stage.hand.under(position).catch(() => null)
    if (id !== null && !selection.has(id)) selection.set(id)
    this.at.value = { x, y, page: 'acts' }
  }

  /** Open it beside what is chosen, or in the middle of the map; another page of it where it stood last. */
  open(page: MenuPlace['page'] = 'acts'): void {
    const stage = this.#bench.stage.peek()
    if (!stage) return
    const box = stage.view.element.getBoundingClientRect()
    const camera = stage.view.camera.peek()
    const primary = this.#bench.session.selection.primary.peek()
    const bounds = primary === null ? null : (stage.shown.get(primary)?.bounds ?? null)
    const isSeen = bounds !== null && Bounds.meets(bounds, Camera.bounds(camera))
    const [x, y] = isSeen ? Camera.toScreen(camera, Bounds.center(bounds)) : [box.width / 2, box.height / 2]
    const inside = (at: number, length: number) => Math.max(0, Math.min(length, at))
    this.at.value = { x: box.left + inside(x, box.width), y: box.top + inside(y, box.height), page }
  }
}
