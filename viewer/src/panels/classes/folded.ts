import { type Signal, signal } from '@preact/signals'

const PLACE = 'geo3d.folded'

/** Return the slugs of folded classes, kept by the browser. */
export function foldedClasses(
  storage: Pick<Storage, 'getItem' | 'setItem'> | null,
): Signal<ReadonlySet<string>> {
  const folded = signal<ReadonlySet<string>>(new Set(kept(storage)))
  folded.subscribe((now) => {
    try {
      storage?.setItem(PLACE, JSON.stringify([...now]))
    } catch {
      // a full or forbidden storage: they are unfolded at the next visit
    }
  })
  return folded
}

function kept(storage: Pick<Storage, 'getItem'> | null): readonly string[] {
  try {
    const found: unknown = JSON.parse(storage?.getItem(PLACE) ?? '[]')
    return Array.isArray(found) ? found.filter((slug) => typeof slug === 'string') : []
  } catch {
    return []
  }
}
