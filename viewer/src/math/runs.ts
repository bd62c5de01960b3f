/** Run lengths of bytes that are 0 or not, zeros first: how masks and regions travel. */
export const Runs = {
  /** Return the run lengths of bytes. */
  encode(bits: Uint8Array): number[] {
    const counts: number[] = []
    let [start, isSet] = [0, false]
    for (let i = 0; i < bits.length; i++) {
      if ((bits[i]! !== 0) === isSet) continue
      counts.push(i - start)
      start = i
      isSet = !isSet
    }
    counts.push(bits.length - start)
    return counts
  },

  /** Return one byte per element, 1 where it is set. */
  decode(n: number, counts: readonly number[]): Uint8Array {
    const bits = new Uint8Array(n)
    let start = 0
    counts.forEach((count, i) => {
      if (i % 2 === 1) bits.fill(1, start, start + count)
      start += count
    })
    return bits
  },
}
