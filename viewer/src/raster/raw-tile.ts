/** Values of every type that a raw tile may hold. */
export type Values =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array

/** The exact values of one tile; see docs/formats/raw-tile.md. */
export interface RawTile {
  readonly bands: number
  readonly width: number
  readonly height: number
  /** Band after band, row after row. */
  readonly values: Values
  /** 1 where there is data, row after row; null = everywhere. */
  readonly valid: Uint8Array | null
}

const MAGIC = 0x31523347 // "G3R1", little-endian
const HEADER = 16
const [VALIDITY, DIFFERENCED, SPLIT, EMPTY] = [1, 2, 4, 8]

const MAKERS = [
  null,
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
] as const

/** Read raw tiles. */
export const RawTile = {
  /**
   * Return what a raw tile holds.
   *
   * @throws Error where it is none
   */
  parse(buffer: ArrayBuffer): RawTile {
    const view = new DataView(buffer)
    if (buffer.byteLength < HEADER || view.getUint32(0, true) !== MAGIC)
      throw new Error('this is no raw tile')
    const Maker = MAKERS[view.getUint8(4)]
    if (!Maker) throw new Error(`raw tile of an unknown type ${view.getUint8(4)}`)
    const flags = view.getUint8(5)
    const [bands, width, height] = [6, 8, 10].map((at) => view.getUint16(at, true)) as [
      number,
      number,
      number,
    ]
    const n = bands * width * height
    const head = { bands, width, height }
    if (flags & EMPTY) return { ...head, values: new Maker(n), valid: new Uint8Array(width * height) }
    const size = Maker.BYTES_PER_ELEMENT
    const bytes = new Uint8Array(n * size)
    const stored = new Uint8Array(buffer, HEADER, n * size)
    if (flags & SPLIT) join(stored, bytes, bands * height, width, size)
    else bytes.set(stored)
    if (flags & DIFFERENCED) sum(bytes, width, size)
    const valid = flags & VALIDITY ? unpack(new Uint8Array(buffer, HEADER + n * size), width * height) : null
    return { ...head, values: new Maker(bytes.buffer), valid }
  },
}

/** Put the bytes of each value together again. */
function join(stored: Uint8Array, out: Uint8Array, rows: number, width: number, size: number): void {
  for (let row = 0, at = 0; row < rows; row++, at += width * size)
    for (let b = 0; b < size; b++) {
      const plane = at + b * width
      for (let x = 0, to = at + b; x < width; x++, to += size) out[to] = stored[plane + x]!
    }
}

/** Undo the differences in each row; the arrays wrap around as the sums must. */
function sum(bytes: Uint8Array<ArrayBuffer>, width: number, size: number): void {
  const Bits = size === 1 ? Uint8Array : size === 2 ? Uint16Array : Uint32Array
  const bits = new Bits(bytes.buffer)
  for (let row = 0; row < bits.length; row += width)
    for (let at = row + 1; at < row + width; at++) bits[at] = bits[at]! + bits[at - 1]!
}

/** Return one byte per bit. */
function unpack(packed: Uint8Array, n: number): Uint8Array {
  const out = new Uint8Array(n)
  for (let i = 0; i < n; i++) out[i] = (packed[i >> 3]! >> (i & 7)) & 1
  return out
}
