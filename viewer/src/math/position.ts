/** A position of two or three numbers, always x (east, column) before y (north, row). Never rounded. */
export type Position = readonly [number, number] | readonly [number, number, number]

/** Pure functions on positions; all of them look at x and y only. */
export const Position = {
  /** Return the distance in the plane. */
  distance(a: Position, b: Position): number {
    return Math.hypot(a[0] - b[0], a[1] - b[1])
  },

  /** Say whether two positions are the same numbers. */
  isSame(a: Position, b: Position): boolean {
    return a[0] === b[0] && a[1] === b[1]
  },

  /** Return the position moved by (dx, dy); a height is kept. */
  moved(p: Position, dx: number, dy: number): Position {
    return p.length === 3 ? [p[0] + dx, p[1] + dy, p[2]] : [p[0] + dx, p[1] + dy]
  },

  /** Return the position at x, y with the height (if any) of another one. */
  at(x: number, y: number, like: Position): Position {
    return like.length === 3 ? [x, y, like[2]] : [x, y]
  },

  /** Return the position half way. */
  middle(a: Position, b: Position): Position {
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  },

  /** Return a text that is equal exactly where the numbers are equal: a key for maps. */
  key(p: Position): string {
    return p.length === 3 ? `${p[0]},${p[1]},${p[2]}` : `${p[0]},${p[1]}`
  },
}
