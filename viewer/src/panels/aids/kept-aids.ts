import { Aids } from '../../tools/parts/aids'

const PLACE = 'geo3d.aids'

/** Return how the hand was helped when the page was last open here. */
export function keptAids(storage: Storage | null): { readonly isSnapping: boolean; readonly aids: Aids } {
  try {
    const found = JSON.parse(storage?.getItem(PLACE) ?? '{}')
    return { isSnapping: found.isSnapping !== false, aids: Aids.of(found) }
  } catch {
    return { isSnapping: true, aids: Aids.DEFAULT }
  }
}

/** Keep how the hand is helped for the next time. */
export function keepAids(storage: Storage | null, isSnapping: boolean, aids: Aids): void {
  try {
    storage?.setItem(PLACE, JSON.stringify({ isSnapping, ...aids }))
  } catch {
    // a full or forbidden storage: it holds until the page is left
  }
}
