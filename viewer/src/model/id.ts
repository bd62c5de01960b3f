/** An identifier: a UUIDv7 where geo3d makes it. */
export type Id = string

/** Makes identifiers; the same scheme as `geo3d.labels.identity`. */
export const Id = {
  /** Return a new UUIDv7 (RFC 9562, 5.7): ordered by time of making, unique without asking anybody. */
  make(now: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): Id {
    const bytes = new Uint8Array(16)
    for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff
    bytes.set(random, 6)
    bytes[6] = (bytes[6]! & 0x0f) | 0x70
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  },
}
