/** Keeps what was fetched and decoded, the newest used first, up to a number of bytes. */
export class TileCache<T extends { readonly byteLength: number }> {
  readonly #held = new Map<string, Promise<T>>()
  readonly #sizes = new Map<string, number>()
  readonly #loaded = new Map<string, T>()
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
      (tile) => this.#account(key, tile),
      () => this.#held.delete(key),
    )
    return loading
  }

  /** Return what is loaded under a key; null where nothing is. */
  peek(key: string): T | null {
    return this.#loaded.get(key) ?? null
  }

  #account(key: string, tile: T): void {
    if (!this.#held.has(key)) return
    this.#loaded.set(key, tile)
    this.#sizes.set(key, tile.byteLength)
    this.#bytes += tile.byteLength
    for (const oldest of this.#sizes.keys()) {
      if (this.#bytes <= this.#most || oldest === key) break
      this.#bytes -= this.#sizes.get(oldest)!
      this.#sizes.delete(oldest)
      this.#held.delete(oldest)
      this.#loaded.delete(oldest)
    }
  }
}
