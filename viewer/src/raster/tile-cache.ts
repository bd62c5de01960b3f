/** Keeps what was fetched and decoded, the newest used first, up to a number of bytes. */
export class TileCache<T extends { readonly byteLength: number }> {
  readonly #held = new Map<string, Promise<T>>()
  readonly #sizes = new Map<string, number>()
  readonly #most: number
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Return what is held under a key, or load it. What fails is forgotten, so that it is tried again. */
  get(key: string, load: () => Promise<T>): Promise<T> {
    const held = this.#held.get(key)
    if (held) {
      this.#held.delete(key)
      this.#held.set(key, held) // a map keeps the order of insertion: the first is the oldest
      return held
    }
    const loading = load()
    this.#held.set(key, loading)
    loading.then(
      (tile) => this.#account(key, tile.byteLength),
      () => this.#held.delete(key),
    )
    return loading
  }

  #account(key: string, bytes: number): void {
    if (!this.#held.has(key)) return
    this.#sizes.set(key, bytes)
    this.#bytes += bytes
    for (const oldest of this.#sizes.keys()) {
      if (this.#bytes <= this.#most || oldest === key) break
      this.#bytes -= this.#sizes.get(oldest)!
      this.#sizes.delete(oldest)
      this.#held.delete(oldest)
    }
  }
}
