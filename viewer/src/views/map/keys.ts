/** Elements that a person types into. */
export const FIELDS = 'input, textarea, select, [contenteditable]'

/** Say whether a key goes to one of these elements, not to the map. */
export function isTyping({ target }: KeyboardEvent, elements: string): boolean {
  return target instanceof HTMLElement && target.closest(elements) !== null
}

/** Takes events of a name. */
export type Listener<K extends keyof WindowEventMap> = (event: WindowEventMap[K]) => void

/** Listen; returns what ends it. */
export function heard(target: EventTarget, name: string, listener: EventListener): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}
