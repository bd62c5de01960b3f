/** A rectangle on the screen, px. */
export interface Rect {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export type Side = 'below' | 'right'

const GAP = 4
const MARGIN = 8

/**
 * Return where a panel goes beside its anchor: on the wished side, on the other one where it does not fit there, and
 * always inside the window.
 */
export function placeBeside(
  anchor: Rect,
  panel: { readonly width: number; readonly height: number },
  room: { readonly width: number; readonly height: number },
  side: Side,
): { left: number; top: number } {
  const along = (start: number, length: number, panelLength: number, roomLength: number) => {
    const after = start + length + GAP
    const before = start - GAP - panelLength
    return after + panelLength + MARGIN <= roomLength || before < MARGIN ? after : before
  }
  const inside = (at: number, length: number, roomLength: number) =>
    Math.max(MARGIN, Math.min(at, roomLength - length - MARGIN))
  const [left, top] =
    side === 'below'
      ? [anchor.left, along(anchor.top, anchor.height, panel.height, room.height)]
      : [along(anchor.left, anchor.width, panel.width, room.width), anchor.top]
  return { left: inside(left, panel.width, room.width), top: inside(top, panel.height, room.height) }
}
