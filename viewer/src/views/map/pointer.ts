import PointerInteraction from 'ol/interaction/Pointer'
import type MapBrowserEvent from 'ol/MapBrowserEvent'
import type { Gesture, Pointer } from '../../tools/tool'

/** What the interaction needs from the view. */
export interface PointerGiven {
  gesture(): Gesture | null
  /** Return where an event is, in the view frame. */
  pointerOf(event: MapBrowserEvent): Pointer
  readonly fingers: Fingers
  /** Say whether the person holds the key that pans in every tool. */
  isPanning(): boolean
  /** Something was done: the cursor may differ. */
  after(): void
}

/** Tells fingers from pens and mice: a finger drags the map, and once a pen was there a finger's tap is only a palm. */
export class Fingers {
  #hasPen = false

  /** Say whether a press may become a drag of the tool. */
  mayDrag({ pointerType }: PointerEvent): boolean {
    if (pointerType === 'pen') this.#hasPen = true
    return pointerType !== 'touch'
  }

  /** Say whether a tap or click is meant. */
  mayClick({ pointerType }: PointerEvent): boolean {
    return pointerType !== 'touch' || !this.#hasPen
  }
}

/** Leads the pointer to the tool at work; what the tool does not take, the map pans with. */
export function toolInteraction(given: PointerGiven): PointerInteraction {
  let isHeld = false
  const interaction = new PointerInteraction({
    handleDownEvent(event) {
      const original = event.originalEvent as PointerEvent
      const gesture = given.gesture()
      const isMeant = original.button === 0 || (original.button === 2 && gesture?.takesRightButton === true)
      isHeld =
        given.fingers.mayDrag(original) &&
        isMeant &&
        !given.isPanning() &&
        (gesture?.down?.(given.pointerOf(event)) ?? false)
      given.after()
      return isHeld
    },
    handleDragEvent(event) {
      given.gesture()?.drag?.(given.pointerOf(event))
      given.after()
    },
    handleUpEvent(event) {
      isHeld = false
      given.gesture()?.drop?.(given.pointerOf(event))
      given.after()
      return false
    },
    handleMoveEvent(event) {
      if (event.dragging) return
      given.gesture()?.move?.(given.pointerOf(event))
      given.after()
    },
    stopDown: (handled) => handled,
  })
  return interaction
}
