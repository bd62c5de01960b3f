/** Elements that a person types into. */
export const FIELDS = 'input, textarea, select, [contenteditable]'

/** Say whether a key goes to one of these elements, not to the map. */
export function isTyping({ target }: KeyboardEvent, elements: string): boolean {
  return target instanceof HTMLElement && target.closest(elements) !== null
}
