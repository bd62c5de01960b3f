import type { Position } from '../math/position'
import type { Groups } from '../math/slic'
import { type Piece, Region } from '../model/region'
import type { PixelGroups, Stencil } from '../tools/tool'

/** Groups of pixels in sight, for tools. */
export class Patches implements PixelGroups {
  readonly outlines: Stencil
  readonly isCurrent: () => boolean
  readonly #groups: Groups
  readonly #piece: Piece
  readonly #placeOf: (pixel: Position) => Position

  /**
   * @param placeOf returns where a native position lies in the view frame
   * @param isCurrent says whether they are still those that the person asks for
   */
  constructor(
    groups: Groups & { readonly piece: Piece },
    placeOf: (pixel: Position) => Position,
    isCurrent: () => boolean,
  ) {
    this.#groups = groups
    this.#piece = groups.piece
    this.#placeOf = placeOf
    this.isCurrent = isCurrent
    this.outlines = this.#stencil(edgesOf(groups.labels, groups.piece.width), groups.piece, 'outline')
  }

  at([x, y]: Position): number {
    const { column, row, width, height, factor } = this.#piece
    const [u, v] = [Math.floor(x / factor) - column, Math.floor(y / factor) - row]
    if (u < 0 || v < 0 || u >= width || v >= height) return -1
    return this.#groups.labels[v * width + u]!
  }

  stencil(group: number): Stencil {
    const { bits, piece } = this.#cut([group])
    return this.#stencil(bits, piece, 'fill')
  }

  region(groups: readonly number[]): Region {
    const { bits, piece } = this.#cut(groups)
    return Region.cells(bits, piece)
  }

  /** Return the part that groups lie in, and which cells of it they have. */
  #cut(groups: readonly number[]): { readonly bits: Uint8Array; readonly piece: Piece } {
    const { labels, boxes } = this.#groups
    let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1]
    for (const group of groups) {
      x0 = Math.min(x0, boxes[4 * group]!)
      y0 = Math.min(y0, boxes[4 * group + 1]!)
      x1 = Math.max(x1, boxes[4 * group + 2]!)
      y1 = Math.max(y1, boxes[4 * group + 3]!)
    }
    const [width, height] = [x1 - x0 + 1, y1 - y0 + 1]
    const wanted = new Set(groups)
    const bits = new Uint8Array(width * height)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (wanted.has(labels[(y0 + y) * this.#piece.width + x0 + x]!)) bits[y * width + x] = 1
    const { column, row, factor } = this.#piece
    return { bits, piece: { column: column + x0, row: row + y0, width, height, factor } }
  }

  #stencil(bits: Uint8Array, piece: Piece, kind: Stencil['kind']): Stencil {
    const { column, row, width, height, factor } = piece
    const corner = (x: number, y: number) => this.#placeOf([x * factor, y * factor])
    return {
      bits,
      size: [width, height],
      first: corner(column, row),
      last: corner(column + width, row + height),
      kind,
    }
  }
}

/** Return the cells whose right or lower neighbour is of another group. */
function edgesOf(labels: Int32Array, width: number): Uint8Array {
  const edges = new Uint8Array(labels.length)
  for (let at = 0; at < labels.length; at++) {
    const isLast = at % width === width - 1
    const below = at + width
    const isEdge =
      (!isLast && labels[at] !== labels[at + 1]) || (below < labels.length && labels[at] !== labels[below])
    if (isEdge) edges[at] = 1
  }
  return edges
}
