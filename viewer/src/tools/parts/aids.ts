/** What can catch the pointer. */
export type SnapMode = 'vertex' | 'crossing' | 'midpoint' | 'edge'

/** How the hand is helped: what catches it, and what follows when a border moves. */
export interface Aids {
  /** What catches while snapping is on. */
  readonly modes: readonly SnapMode[]
  /** Screen pixels within which it catches. */
  readonly tolerance: number
  /** Borders that objects share stay shared: an edit of one is an edit of all. */
  readonly isTopological: boolean
  /** A new polygon is cut back by those of its class. */
  readonly isAvoiding: boolean
}

/** Every mode with what a person calls it, the strongest first: where several are near, the first catches. */
export const SNAP_MODES: readonly { readonly mode: SnapMode; readonly title: string }[] = [
  { mode: 'vertex', title: 'Vertices' },
  { mode: 'crossing', title: 'Crossings of edges' },
  { mode: 'midpoint', title: 'Middles of edges' },
  { mode: 'edge', title: 'Edges' },
]

/** Screen pixels that the tolerance may have. */
export const TOLERANCE_PX = { least: 4, most: 30 } as const

/** Makes aids, and reads them from where they were kept. */
export const Aids = {
  DEFAULT: { modes: ['vertex', 'edge'], tolerance: 10, isTopological: true, isAvoiding: false } as Aids,

  /** Return the aids with a mode switched. */
  toggled(aids: Aids, mode: SnapMode): Aids {
    const has = aids.modes.includes(mode)
    return { ...aids, modes: has ? aids.modes.filter((m) => m !== mode) : [...aids.modes, mode] }
  },

  /** Return the aids that a value of unknown origin stands for; what does not fit is as by default. */
  of(value: unknown): Aids {
    const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<
      Record<keyof Aids, unknown>
    >
    const { DEFAULT } = Aids
    const known = SNAP_MODES.map(({ mode }) => mode)
    const modes = Array.isArray(given.modes)
      ? known.filter((mode) => (given.modes as unknown[]).includes(mode))
      : null
    const tolerance = typeof given.tolerance === 'number' ? given.tolerance : DEFAULT.tolerance
    return {
      modes: modes ?? DEFAULT.modes,
      tolerance: Math.min(TOLERANCE_PX.most, Math.max(TOLERANCE_PX.least, tolerance)),
      isAvoiding: typeof given.isAvoiding === 'boolean' ? given.isAvoiding : DEFAULT.isAvoiding,
      isTopological: typeof given.isTopological === 'boolean' ? given.isTopological : DEFAULT.isTopological,
    }
  },
}
