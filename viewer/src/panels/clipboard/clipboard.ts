import { Bounds } from '../../math/bounds'
import { Position } from '../../math/position'
import { Bundle } from '../../model/bundle'
import type { Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import { boundsOf } from '../../shapes/hit'
import { TOOLS } from '../../tools'
import { carry } from '../../tools/carry'
import { isElsewhere } from '../help/keymap'
import { chosenOf } from '../objects/reach'
import type { Workbench } from '../workbench'
import { type Arrived, arrive, bundleOf } from './paste'

/** Milliseconds in which a browser tells of a paste by itself; some do not where nothing can be typed. */
const PASTE_MS = 150
/** Screen pixels by which a duplicate stands beside what it was made of. */
const BESIDE_PX = 16

/** Copies, cuts and pastes the objects of one scene through the clipboard of the system. */
export class Clipboard {
  readonly #bench: Workbench
  /** What was copied last here: where the browser does not let the system's clipboard be read. */
  #last = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #isInPlace = false

  constructor(bench: Workbench) {
    this.#bench = bench
  }

  /** Follow the copy, cut and paste of the browser; returns what ends it. */
  listen(): () => void {
    const stopped = new AbortController()
    const on = (name: 'copy' | 'cut' | 'paste', work: (event: ClipboardEvent) => void) =>
      document.addEventListener(name, (event) => !isOthers(event) && work(event), { signal: stopped.signal })
    const put = (event: ClipboardEvent, text: string | null) => {
      if (text === null) return
      event.preventDefault()
      event.clipboardData?.setData('text/plain', text)
    }
    on('copy', (event) => put(event, this.#taken()))
    on('cut', (event) => put(event, this.#cut()))
    on('paste', (event) => {
      clearTimeout(this.#timer)
      event.preventDefault()
      void this.#paste(event.clipboardData?.getData('text/plain') || this.#last, this.#isInPlace)
    })
    const listenKeys = (event: KeyboardEvent) => {
      const isPaste = (event.ctrlKey || event.metaKey) && !event.altKey && event.code === 'KeyV'
      if (!isPaste || isElsewhere(event.target)) return
      this.#isInPlace = event.shiftKey
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.paste(event.shiftKey), PASTE_MS)
    }
    document.addEventListener('keydown', listenKeys, { signal: stopped.signal })
    return () => {
      clearTimeout(this.#timer)
      stopped.abort()
    }
  }

  /** Copy what is chosen; asked by name, not by the browser. */
  copy(): void {
    void this.#write(this.#taken())
  }

  /** Copy what is chosen, and delete it. */
  cut(): void {
    void this.#write(this.#cut())
  }

  /** Paste what the clipboard holds: under the pointer, or where it was copied. */
  async paste(isInPlace: boolean): Promise<void> {
    const text = await readText().catch(() => this.#last)
    await this.#paste(text || this.#last, isInPlace)
  }

  /** Put a copy of what is chosen beside it. */
  async duplicate(): Promise<void> {
    const { session, stage } = this.#bench
    const at = stage.peek()
    if (!at || !chosenOf(this.#bench).length) return this.#tell('Choose the objects to duplicate first.')
    const bundle = Bundle.of(session.scene.peek(), session.ontology.peek(), chosenOf(this.#bench))
    const by = BESIDE_PX * at.view.camera.peek().unitsPerPixel
    const arrived = await arrive(bundle, session, at.place)
    const dy = at.view.camera.peek().isYDown ? by : -by
    this.#add(
      'Duplicate',
      bundle,
      arrived,
      arrived.map(({ shown }) => shifted(shown, by, dy)),
    )
  }

  #taken(): string | null {
    const { session } = this.#bench
    const chosen = chosenOf(this.#bench).filter((a) => a.geometry !== null)
    if (!chosen.length) return null
    this.#last = JSON.stringify(Bundle.of(session.scene.peek(), session.ontology.peek(), chosen))
    this.#bench.toasts.ok(chosen.length === 1 ? 'One object copied' : `${chosen.length} objects copied`)
    return this.#last
  }

  #cut(): string | null {
    const text = this.#taken()
    if (text !== null) this.#bench.session.editor.remove(this.#bench.session.selection.ids.peek())
    return text
  }

  async #write(text: string | null): Promise<void> {
    if (text === null) return this.#tell('Choose the objects to copy first.')
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // without leave for the system's clipboard the copy is still good on this page
    }
  }

  async #paste(text: string, isInPlace: boolean): Promise<void> {
    const { session, stage, toasts } = this.#bench
    const at = stage.peek()
    if (!at) return
    const bundle = bundleOf(text, session, at.place)
    if (!bundle) return this.#tell('The clipboard holds no objects, GeoJSON or WKT.')
    try {
      const arrived = await arrive(bundle, session, at.place)
      if (stage.peek() !== at) return
      const n = bundle.annotations.length - arrived.length
      if (n) this.#tell(`${n === 1 ? 'One object has' : `${n} objects have`} no place or no class here.`)
      if (!arrived.length) return
      const { own, shown } = { own: arrived.map((a) => a.own), shown: arrived.map((a) => a.shown) }
      if (isInPlace)
        this.#add(
          'Paste',
          bundle,
          arrived,
          own.map((geometry, i) => geometry ?? shown[i]!),
        )
      else this.#carry(bundle, arrived)
    } catch (error) {
      toasts.error(error)
    }
  }

  #carry(bundle: Bundle, arrived: readonly Arrived[]): void {
    const bench = this.#bench
    const { view } = bench.stage.peek()!
    const geometries = arrived.map(({ shown }) => shown)
    const bounds = geometries.map(boundsOf).filter((b) => b !== null)
    if (!bounds.length) return
    const before = bench.tool.peek()
    const back = () => {
      bench.tool.value = before.id === 'carry' ? TOOLS[0]! : before
    }
    bench.tool.value = carry({
      geometries,
      anchor: Bounds.center(bounds.reduce(Bounds.joined)),
      start: view.pointer.peek() ?? view.camera.peek().center,
      onPlaced: ([dx, dy]) => {
        back()
        this.#add(
          'Paste',
          bundle,
          arrived,
          geometries.map((g) => shifted(g, dx, dy)),
        )
      },
      onCancelled: back,
    })
  }

  /** Store copies and choose them: one undo step. */
  #add(
    verb: string,
    bundle: Bundle,
    arrived: readonly Arrived[],
    geometries: readonly (Geometry | null)[],
  ): void {
    const { session } = this.#bench
    const [scene, actor] = [session.id, session.actor.id ?? '']
    const isSameScene = bundle.scene === session.id
    const made = arrived.flatMap(({ original, label }, i) => {
      const geometry = geometries[i]
      return geometry ? [Bundle.copyOf(original, { scene, actor, label, geometry, isSameScene })] : []
    })
    const stored = session.editor.add(
      made.length === 1 ? `${verb} object` : `${verb} ${made.length} objects`,
      made,
    )
    if (stored.length) session.selection.set(...stored.map((a) => a.id))
  }

  #tell(sentence: string): void {
    this.#bench.toasts.tell(sentence)
  }
}

function shifted(geometry: Geometry, dx: number, dy: number): Geometry | null {
  return shapeOf(geometry).mapped(geometry, (p) => Position.moved(p, dx, dy))
}

/** Return the text of the system's clipboard; the browser may ask the person first, or refuse. */
async function readText(): Promise<string> {
  if (!navigator.clipboard?.readText) throw new Error('this browser reads the clipboard only by its own keys')
  return navigator.clipboard.readText()
}

/** Say whether a clipboard event is about text that a person has marked or types. */
function isOthers(event: ClipboardEvent): boolean {
  const marked = getSelection()
  return isElsewhere(event.target) || (event.type !== 'paste' && marked !== null && !marked.isCollapsed)
}
