import type { Delta } from '../document/labels'
import type { Neighbourhood } from '../document/neighbourhood'
import type { Session } from '../document/session'
import type { Bounds } from '../math/bounds'
import type { Annotation } from '../model/annotation'
import type { Id } from '../model/id'
import type { ShownLabels } from '../shapes/shown'
import type { Stain, View } from './view'

/** Milliseconds after the last change before tiles are asked for anew: a person who draws is not kept busy. */
const CALM_MS = 1200

/**
 * Keeps apart what the label tiles show and what they do not show yet.
 *
 * A label that changed after the tiles were made is drawn by the overlay and left out of the tiles, until newer tiles
 * have come. So every label is drawn once, and an edit is seen at once.
 */
export class Freshness {
  readonly #session: Session
  readonly #view: View
  readonly #shown: ShownLabels
  readonly #sight: Neighbourhood['sight']
  readonly #fresh = new Map<Id, Annotation>()
  readonly #gone = new Set<number>()
  readonly #lastBounds = new Map<Id, Bounds>()
  readonly #ends: (() => void)[] = []
  #stains: Stain[] = []
  /** Revision that the tiles on the screen hold. */
  #drawn: number
  /** Revision that was asked for; the tiles are on their way. */
  #asked: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #bulk: number

  constructor(session: Session, view: View, shown: ShownLabels, sight: Neighbourhood['sight']) {
    this.#session = session
    this.#view = view
    this.#shown = shown
    this.#sight = sight
    this.#drawn = this.#asked = session.revision.peek()
    this.#bulk = session.bulk.peek()
    this.#ends.push(session.labels.subscribe((delta) => this.#take(delta)))
    this.#take({ put: [...session.labels.values()], removed: [] })
    this.#ends.push(session.bulk.subscribe((bulk) => this.#bulkChanged(bulk)))
    this.#ends.push(session.guard.hidden.subscribe(() => this.#hide()))
    this.#ends.push(view.isIdle.subscribe((isIdle) => isIdle && this.#tilesCame()))
  }

  /** Return the labels that the overlay has to draw. */
  fresh(): Iterable<Annotation> {
    return this.#fresh.values()
  }

  /** Say whether tiles are to be asked for, or are on their way. */
  get isPending(): boolean {
    return this.#stains.length > 0 || this.#asked > this.#drawn
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const end of this.#ends) end()
  }

  #take({ put, removed }: Delta): void {
    for (const annotation of put) {
      const isFresh =
        annotation.revision > this.#drawn ||
        annotation.fid === 0 ||
        this.#session.labels.isWaiting(annotation.id)
      this.#gone.delete(annotation.fid)
      const before = this.#lastBounds.get(annotation.id)
      const after = this.#shown.get(annotation.id)?.bounds
      if (after) this.#lastBounds.set(annotation.id, after)
      if (!isFresh) {
        this.#fresh.delete(annotation.id)
        continue
      }
      const isNew = this.#fresh.get(annotation.id) !== annotation
      this.#fresh.set(annotation.id, annotation)
      if (isNew) this.#stain(before, after)
    }
    for (const { id, fid } of removed) {
      this.#fresh.delete(id)
      if (fid > 0) this.#gone.add(fid)
      this.#stain(this.#lastBounds.get(id), undefined)
      this.#lastBounds.delete(id)
    }
    this.#hide()
    this.#view.repaint()
  }

  #stain(before: Bounds | undefined, after: Bounds | undefined): void {
    if (before) this.#stains.push({ bounds: before })
    if (after) this.#stains.push({ bounds: after })
    // a label that was not loaded came from somewhere: not from what is in sight, where everything is loaded
    const sight = this.#sight.peek()
    if (!before) this.#stains.push({ bounds: null, except: sight?.isComplete ? sight.bounds : null })
    this.#refreshSoon()
  }

  #bulkChanged(bulk: number): void {
    if (bulk === this.#bulk) return
    this.#bulk = bulk
    this.#stains = [{ bounds: null }]
    this.#refresh()
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#refresh(), CALM_MS)
  }

  #refresh(): void {
    clearTimeout(this.#timer)
    const revision = this.#session.revision.peek()
    if (this.#session.labels.waiting.length) return this.#refreshSoon()
    if (!this.#stains.length) return
    const stains = this.#stains
    this.#stains = []
    this.#asked = revision
    this.#view.refreshLabels(revision, stains)
  }

  /** Newer tiles are on the screen: what they hold needs no overlay any more. */
  #tilesCame(): void {
    if (this.#asked === this.#drawn) return
    this.#drawn = this.#asked
    for (const [id, annotation] of this.#fresh)
      if (annotation.revision <= this.#drawn && annotation.fid > 0 && !this.#session.labels.isWaiting(id))
        this.#fresh.delete(id)
    this.#gone.clear()
    this.#hide()
    this.#view.repaint()
  }

  #hide(): void {
    const fids = new Set(this.#gone)
    for (const { fid } of this.#fresh.values()) if (fid > 0) fids.add(fid)
    const { guard, labels } = this.#session
    for (const [id, fid] of guard.hidden.peek()) fids.add(labels.get(id)?.fid || fid)
    this.#view.hideLabels(fids)
  }
}
