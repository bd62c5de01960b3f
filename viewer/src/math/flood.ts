/** Pixels of a raster, band by band. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** Values of each band, row after row. */
  readonly bands: readonly Float32Array[]
  /** What counts as the whole range of each band. */
  readonly ranges: readonly number[]
  /** 1 where there is data; null = everywhere. */
  readonly valid: Uint8Array | null
}

/** Which pixels are alike. */
export interface Likeness {
  /** Largest difference of any band, per cent of its range. */
  readonly tolerance: number
  /** Only pixels that are joined to the first one by others. */
  readonly isContiguous: boolean
  /** Whether pixels that meet at a corner are joined. */
  readonly neighbours: 4 | 8
}

/** Return the pixels that are like one of them, one byte each; none where that one has no data. */
export function alike(pixels: Pixels, seed: number, how: Likeness): Uint8Array {
  const { width, height } = pixels
  const isLike = likenessTo(pixels, seed, how.tolerance)
  if (!how.isContiguous || !isLike[seed]) return isLike
  const found = new Uint8Array(width * height)
  const open = [seed]
  found[seed] = 1
  const reach = (at: number) => {
    if (!isLike[at] || found[at]) return
    found[at] = 1
    open.push(at)
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % width
    const [hasLeft, hasRight] = [x > 0, x < width - 1]
    for (const row of [at - width, at, at + width]) {
      if (row < 0 || row >= width * height) continue
      const isOwn = row === at
      if (!isOwn) reach(row)
      if (!isOwn && how.neighbours === 4) continue
      if (hasLeft) reach(row - 1)
      if (hasRight) reach(row + 1)
    }
  }
  return found
}

function likenessTo({ bands, ranges, valid }: Pixels, seed: number, tolerance: number): Uint8Array {
  const n = bands[0]?.length ?? 0
  const isLike = new Uint8Array(n)
  if (valid && !valid[seed]) return isLike
  if (valid) isLike.set(valid)
  else isLike.fill(1)
  bands.forEach((values, b) => {
    const [wanted, most] = [values[seed]!, (tolerance / 100) * ranges[b]!]
    for (let i = 0; i < n; i++) if (!(Math.abs(values[i]! - wanted) <= most)) isLike[i] = 0
  })
  return isLike
}
