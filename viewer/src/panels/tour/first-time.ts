/** Where the browser keeps that a person knows the window. */
const PLACE = 'geo3d.tour'
/** The scene that `geo3d demo` makes. */
const DEMO = 'corridor'

/** Say whether the tour is offered by itself: on the demo, to whoever has not seen it. */
export function isFirstTime(scene: string, storage: Pick<Storage, 'getItem'> | null): boolean {
  return scene === DEMO && storage?.getItem(PLACE) !== 'seen'
}

/** Keep that the person has seen the tour, or wants none. */
export function tourSeen(storage: Pick<Storage, 'setItem'> | null): void {
  try {
    storage?.setItem(PLACE, 'seen')
  } catch {
    // a full or forbidden storage: it is offered again
  }
}
