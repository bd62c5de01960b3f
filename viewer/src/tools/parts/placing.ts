import type { Position } from '../../math/position'
import type { Gesture, Pointer, ToolContext } from '../tool'
import { EdgeLock, freeLocks } from './aim'

/** A gesture that places vertices one after the other: the pointer, numbers and the direction of an edge (P) decide where. */
export abstract class PlacingGesture<Kind> implements Gesture {
  readonly cursor: string = 'crosshair'
  protected readonly context: ToolContext
  protected readonly kind: Kind
  protected readonly edge: EdgeLock
  protected pointer: Pointer | null = null

  constructor(context: ToolContext, kind: Kind) {
    this.context = context
    this.kind = kind
    this.edge = new EdgeLock(context)
  }

  /** The vertices so far. */
  protected abstract get placed(): readonly Position[]

  /** Forget the vertices so far. */
  protected abstract reset(): void

  key(keys: string): boolean {
    return (
      keys === 'P' && this.placed.length > 0 && this.edge.step(this.pointer?.position ?? null, this.placed)
    )
  }

  stop(): void {
    this.reset()
    freeLocks(this.context)
    this.context.sketch(null)
  }
}
