import type { components } from '../api/schema'
import { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import { Id } from './id'

/** How far a cell of the scene's grid is, as the server stores it. */
export type SceneStatus = Required<components['schemas']['SceneStatus']>

/** A cell of the scene's grid. */
export interface Cell {
  readonly id: Id
  /** From 1 on, in reading order. */
  readonly number: number
  readonly frame: string
  readonly bounds: Bounds
  readonly status: SceneStatus['status']
  /** Who works on it or has completed it; null = nobody. */
  readonly actor: Id | null
  readonly document: SceneStatus
}

/** What is to become of a cell. */
export type CellChange = Partial<Pick<SceneStatus, 'status' | 'actor'>>

/** Makes and reads cells. The grid is the cells that have a status: its frame and bounds stand in the status itself. */
export const Cell = {
  /** Return the status of a cell that nobody has touched. */
  make(scene: Id, frame: string, bounds: Bounds): SceneStatus {
    return {
      kind: 'status',
      id: Id.make(),
      scene,
      sample: null,
      cell: [frame, ...bounds].join(' '),
      status: 'untouched',
      actor: null,
      revision: 0,
    }
  },

  /** Return the cells among statuses, numbered row by row from the upper left. */
  all(statuses: Iterable<SceneStatus>, isYDown: (frame: string) => boolean): readonly Cell[] {
    const found: Omit<Cell, 'number'>[] = []
    for (const document of statuses) {
      const [frame, ...numbers] = (document.cell ?? '').split(' ')
      const bounds = numbers.map(Number)
      if (!frame || bounds.length !== 4 || !bounds.every(Number.isFinite)) continue
      const { id, status, actor } = document
      found.push({ id, frame, bounds: bounds as unknown as Bounds, status, actor, document })
    }
    const top = ({ frame, bounds }: Omit<Cell, 'number'>) => (isYDown(frame) ? bounds[1] : -bounds[3])
    return found
      .toSorted((a, b) => top(a) - top(b) || a.bounds[0] - b.bounds[0])
      .map((cell, i) => ({ ...cell, number: i + 1 }))
  },

  /** Say whether a position lies in a cell; of two neighbours, in one alone. */
  holds({ bounds }: Cell, [x, y]: Position): boolean {
    return x >= bounds[0] && x < bounds[2] && y >= bounds[1] && y < bounds[3]
  },

  /** Return the squares that cover bounds, from their upper left corner on; those at the far borders are cut there. */
  cover(bounds: Bounds, [width, height]: readonly [number, number], isYDown: boolean): readonly Bounds[] {
    const [columns, rows] = Cell.shape(bounds, [width, height])
    const cells: Bounds[] = []
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const left = bounds[0] + column * width
        const right = Math.min(bounds[2], bounds[0] + (column + 1) * width)
        const near = isYDown ? bounds[1] + row * height : bounds[3] - row * height
        const far = isYDown
          ? Math.min(bounds[3], bounds[1] + (row + 1) * height)
          : Math.max(bounds[1], bounds[3] - (row + 1) * height)
        cells.push([left, Math.min(near, far), right, Math.max(near, far)])
      }
    return cells
  },

  /** Return how many (columns, rows) of cells cover bounds; a sliver of less than a thousandth is none. */
  shape(bounds: Bounds, [width, height]: readonly [number, number]): readonly [number, number] {
    const [w, h] = Bounds.size(bounds)
    return [Math.max(1, Math.ceil(w / width - 1e-3)), Math.max(1, Math.ceil(h / height - 1e-3))]
  },
}
