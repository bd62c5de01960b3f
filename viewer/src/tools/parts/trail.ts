import { Position } from '../../math/position'
import { thinned } from '../../math/thin'
import type { Geometry } from '../../model/geometry'
import { pathClashes, selfClashes } from '../../shapes/soundness'
import type { Gesture, Pointer, Problem, ToolAct, ToolContext } from '../tool'
import { type Aimed, aimedAt, freeLocks, startOf, typedAt } from './aim'
import { PlacingGesture } from './placing'
import { traced } from './trace'

/** Screen pixels within which two clicks are one (the second click of a double click), and the first vertex is hit. */
const SAME_PX = 5
/** Screen pixels that a drag must span to be one; shorter, it was a click. */
const DRAG_PX = 4
/** Screen pixels that a streamed line may be off after it is thinned out. */
const THIN_PX = 1.5

/** What becomes of a trail of clicks. */
export interface TrailKind {
  /** Vertices that it needs at least. */
  readonly least: number
  readonly isClosed: boolean
  /** A drag draws vertices as it goes; else only with Ctrl held, and a plain drag moves the map. */
  readonly isFreehand?: boolean
  /** Return the shape so far, for the sketch and the measure; null while there is too little of it. */
  shape(frame: string, path: readonly Position[]): Geometry | null
  /** The trail is complete. False = it cannot be taken: go on drawing. */
  finish(path: readonly Position[]): boolean
}

/**
 * Draw by clicks and drags: polygon, polyline, hole.
 *
 * A click adds a vertex, a freehand drag a run of them; a double click, Enter or (for closed ones) coming back to the
 * first vertex finishes; Backspace drops the newest vertex; Esc drops them all. Shift keeps to steps of 45°; P takes
 * the direction of an edge; numbers can be typed. T held follows the edges of neighbours up to what the pointer has caught.
 */
export function trail(context: ToolContext, kind: TrailKind): Gesture {
  return new TrailGesture(context, kind)
}

class TrailGesture extends PlacingGesture<TrailKind> {
  #path: Position[] = []
  /** Positions of the drag in progress. */
  #run: Position[] | null = null
  /** The drag that has just ended stood for the click that the view will tell of. */
  #isClicked = false
  #at: Aimed | null = null
  /** Vertices along the edges of neighbours that a click takes too, while T is held. */
  #traced: readonly Position[] = []
  /** It was to be finished as it is and could not be: its closing edge counts too. */
  #isRefused = false
  /** Where the vertices so far cross each other, and how many they are. */
  #crossings: { readonly n: number; readonly at: readonly Position[] } = { n: 0, at: [] }

  protected get placed(): readonly Position[] {
    return this.#path
  }

  down(pointer: Pointer): boolean {
    this.#isClicked = false
    if (!this.kind.isFreehand && !pointer.ctrl) return false
    this.#look(pointer)
    this.#run = [this.#at!.position]
    return true
  }

  move(pointer: Pointer): void {
    this.#look(pointer)
    this.#show()
  }

  drag(pointer: Pointer): void {
    if (!this.#run) return
    this.#look(pointer)
    if (Position.distance(this.#run.at(-1)!, pointer.position) >= this.context.reach(1))
      this.#run.push(pointer.position)
    this.#show()
  }

  drop(pointer: Pointer): void {
    const run = this.#run
    this.#run = null
    if (!run) return
    this.#look(pointer)
    const far = Math.max(...run.map((p) => Position.distance(p, run[0]!)))
    this.#isClicked = true
    if (far < this.context.reach(DRAG_PX)) return this.#add(this.#at!.position)
    if (!Position.isSame(run.at(-1)!, this.#at!.position)) run.push(this.#at!.position)
    const [first, ...others] = thinned(run, this.context.reach(THIN_PX))
    if (!this.#path.length || !this.#isSame(first!, this.#path.at(-1)!)) this.#path.push(first!)
    this.#path.push(...others)
    freeLocks(this.context)
    if (this.#isClosing(this.#path.at(-1)!, 1)) {
      this.#path.pop()
      this.#finish()
    } else this.#show()
  }

  click(pointer: Pointer): void {
    if (this.#isClicked) {
      this.#isClicked = false
      return
    }
    this.#look(pointer)
    this.#add(this.#at!.position)
  }

  doubleClick(): void {
    this.#finish()
  }

  place(position: Position): void {
    this.#path.push(position)
    freeLocks(this.context)
    this.refresh()
  }

  leave(): void {
    this.pointer = null
    this.#at = null
    this.#traced = []
    this.#show()
  }

  act(act: ToolAct): boolean {
    if (act === 'finish') return this.#finish()
    if (!this.#path.length && !this.#run) return false
    if (act === 'cancel') this.stop()
    else if (act === 'back') {
      if (this.#run) this.#run = null
      else this.#path.pop()
    }
    this.#show()
    return act !== 'delete'
  }

  refresh(): void {
    if (this.pointer) this.#look(this.pointer)
    else this.#at = typedAt(this.context, this.#path)
    this.#show()
  }

  protected reset(): void {
    this.#path = []
    this.#run = null
  }

  #add(position: Position): void {
    if (this.#isClosing(position, 0)) {
      this.#path.push(...this.#traced)
      return void this.#finish()
    }
    if (this.#path.length && this.#isSame(position, this.#path.at(-1)!)) return
    this.#path.push(...this.#traced)
    this.place(position)
  }

  #finish(): boolean {
    const { least, finish } = this.kind
    if (!this.#path.length) return false
    if (this.#path.length < least) {
      this.context.tell(`${least} points are needed; this has ${this.#path.length}. Esc starts anew.`)
      return true
    }
    if (finish(this.#path)) this.stop()
    else {
      this.#isRefused = true
      this.#show()
    }
    return true
  }

  #isSame(a: Position, b: Position): boolean {
    return Position.distance(a, b) <= this.context.reach(SAME_PX)
  }

  /** Say whether a position closes the trail; the last few vertices may be that position already. */
  #isClosing(position: Position, n: number): boolean {
    const { isClosed, least } = this.kind
    return isClosed && this.#path.length - n >= least && this.#isSame(position, this.#path[0]!)
  }

  #look(pointer: Pointer): void {
    this.pointer = pointer
    const drawn = [...this.#path, ...(this.#run ?? [])]
    // only a closed trail that could close now offers its first vertex
    const own = this.kind.isClosed && drawn.length >= this.kind.least ? drawn.slice(0, 1) : []
    // a streamed line is the hand's: neither Shift nor numbers bend it
    const isStreaming = this.#run !== null && this.#run.length > 1
    this.#at = aimedAt(this.context, pointer, this.#path, { own, isStepping: !isStreaming })
    const last = this.#run ? undefined : this.#path.at(-1)
    this.#traced = (pointer.isTracing && last && traced(this.context, last, this.#at)) || []
  }

  /** Return where an outline crosses itself on the way to the pointer. */
  #problem(ahead: readonly Position[]): Problem | null {
    const n = this.#path.length
    if (this.#crossings.n !== n) {
      // a few vertices more are tried against the others, fewer than before all anew
      const isMore = n > this.#crossings.n
      const found = pathClashes(this.#path, isMore ? Math.max(0, this.#crossings.n - 1) : 0)
      this.#crossings = { n, at: isMore ? [...this.#crossings.at, ...found] : found }
      this.#isRefused = false
    }
    const { frame } = this.context
    const closing = this.#isRefused
      ? selfClashes({ kind: 'polygon', frame, exterior: [...this.#path], holes: [] })
      : []
    const next = this.#run ? [] : pathClashes(ahead, Math.max(0, n - 1))
    const positions = [...this.#crossings.at, ...closing, ...next]
    return positions.length ? { positions, sentence: 'The outline crosses itself where it is marked.' } : null
  }

  #show(): void {
    const [path, at] = [[...this.#path, ...(this.#run ?? [])], this.#at]
    const aim = at?.aim ?? { start: startOf(path), at: path.at(-1) ?? ([0, 0] as Position) }
    if (!path.length && !at) return this.context.sketch(null)
    const { isClosed, shape } = this.kind
    const ahead = at && !this.#run ? [...path, ...this.#traced, at.position] : path
    const measured = shape(this.context.frame, ahead)
    const back = isClosed && path.length > 1 ? [path[0]!] : []
    this.context.sketch({
      geometry: shape(this.context.frame, path),
      measured: path.length ? measured : null,
      guide: path.length && at ? [path.at(-1)!, ...this.#traced, at.position, ...back] : [],
      vertices: this.#path,
      mark: at?.mark ?? null,
      aim: this.#run ? null : aim,
      problem: isClosed ? this.#problem(ahead) : null,
      ...(measured && path.length && at
        ? { label: { position: at.position, text: this.edge.title + this.context.measure(measured) } }
        : {}),
    })
  }
}
