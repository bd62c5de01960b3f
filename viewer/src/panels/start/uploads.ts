import { computed, signal } from '@preact/signals'
import { sentenceOf } from '../../api/problem'
import { upload } from '../../api/upload'
import type { Id } from '../../model/id'
import type { Asset } from '../../model/scene'
import { type FileGroup, groupsOf, titleOf } from './sidecars'

/** How several rasters belong together. */
export type Arrangement = 'layers' | 'stack' | 'mosaic' | 'series'

/** What the server answers to an upload. */
interface Added {
  readonly assets: readonly Asset[]
  readonly jobs: readonly string[]
}

export type UploadState = 'waiting' | 'sending' | 'reading' | 'done' | 'failed' | 'cancelled'

/** Sends the bytes; `upload` of the api, or a fake one in tests. */
export type Send = (
  path: string,
  form: FormData,
  progress: (fraction: number) => void,
  signal?: AbortSignal,
) => Promise<unknown>

/** One raster (and its sidecars), or several that belong together, on their way to the server. */
export class Upload {
  readonly state = signal<UploadState>('waiting')
  readonly fraction = signal(0)
  /** Why it failed, for people. */
  readonly error = signal<string | null>(null)
  readonly name: string
  readonly sizeBytes: number
  #abort = new AbortController()

  constructor(
    readonly files: FileGroup,
    readonly arrangement: Arrangement,
    /** Gives the scene that the files go to, made at the first need. */
    readonly sceneOf: () => Promise<Id>,
    /** Takes away the scene that was made for these files, where nothing came of them. */
    readonly abandon: () => Promise<void> = async () => {},
  ) {
    const rest = files.length - 1
    this.name = files[0]!.name + (rest > 0 ? ` and ${rest} more` : '')
    this.sizeBytes = files.reduce((sum, file) => sum + file.size, 0)
  }

  /** Send everything; resolves when the server has answered, or it was cancelled. Never rejects. */
  async run(send: Send): Promise<Added | null> {
    this.#abort = new AbortController()
    this.error.value = null
    this.fraction.value = 0
    this.state.value = 'sending'
    const form = new FormData()
    // fields go first: the server reads the body as a stream
    form.append('arrangement', this.arrangement)
    for (const file of this.files) form.append('file', file, file.name)
    try {
      const scene = await this.sceneOf()
      const path = `/api/scenes/${encodeURIComponent(scene)}/assets/upload`
      const added = await send(path, form, (fraction) => this.#sent(fraction), this.#abort.signal)
      this.state.value = 'done'
      return added as Added
    } catch (error) {
      const isOwn = error instanceof DOMException && error.name === 'AbortError'
      this.state.value = isOwn ? 'cancelled' : 'failed'
      this.error.value = isOwn ? null : sentenceOf(error)
      // who may not delete leaves an empty scene behind; that does no harm
      await this.abandon().catch(() => {})
      return null
    }
  }

  /** Give it up. */
  cancel(): void {
    if (this.state.peek() === 'waiting') this.state.value = 'cancelled'
    this.#abort.abort()
  }

  #sent(fraction: number): void {
    this.fraction.value = fraction
    // all bytes have left; now the server opens the file
    if (fraction >= 1) this.state.value = 'reading'
  }
}

const AT_ONCE = 2

/** The uploads of one page, two at a time. */
export class Uploads {
  readonly items = signal<readonly Upload[]>([])
  readonly running = computed(() =>
    this.items.value.filter(({ state }) => ['waiting', 'sending', 'reading'].includes(state.value)),
  )
  readonly #send: Send
  readonly #done: (added: Added, to: Id) => void

  /** @param done Called after each upload that went well. */
  constructor(done: (added: Added, to: Id) => void, send: Send = upload) {
    this.#done = done
    this.#send = send
  }

  /** Send files to one scene. Layers travel one by one, everything else together. */
  add(
    files: readonly File[],
    arrangement: Arrangement,
    sceneOf: () => Promise<Id>,
    abandon?: () => Promise<void>,
  ): void {
    const groups = arrangement === 'layers' ? groupsOf(files) : [files]
    const made = groups.map((group) => new Upload(group, arrangement, sceneOf, abandon))
    this.items.value = [...this.items.peek(), ...made]
    this.#next()
  }

  /** Send each raster to a scene of its own, called like it. */
  addApart(files: readonly File[], sceneFor: (title: string) => FreshScene): void {
    for (const group of groupsOf(files)) {
      const fresh = sceneFor(titleOf(group[0]!))
      this.add(group, 'layers', fresh.scene, fresh.abandon)
    }
  }

  /** Try one again that failed or was cancelled. */
  retry(item: Upload): void {
    item.state.value = 'waiting'
    this.#next()
  }

  /** Take away what has ended. */
  clear(): void {
    this.items.value = this.running.peek()
  }

  #next(): void {
    const states = this.items.peek().map(({ state }) => state.peek())
    let free = AT_ONCE - states.filter((state) => state === 'sending' || state === 'reading').length
    for (const item of this.items.peek()) {
      if (free <= 0) return
      if (item.state.peek() !== 'waiting') continue
      free--
      void this.#run(item)
    }
  }

  async #run(item: Upload): Promise<void> {
    const added = await item.run(this.#send)
    if (added) this.#done(added, await item.sceneOf())
    this.#next()
  }
}

/** A scene that is made when the first file is sent, and taken away again when nothing came of it. */
export class FreshScene {
  readonly #make: () => Promise<Id>
  readonly #remove: (id: Id) => Promise<void>
  #made: Promise<Id> | null = null

  constructor(make: () => Promise<Id>, remove: (id: Id) => Promise<void>) {
    this.#make = make
    this.#remove = remove
  }

  readonly scene = (): Promise<Id> => {
    this.#made ??= this.#make().catch((error) => {
      this.#made = null
      throw error
    })
    return this.#made
  }

  readonly abandon = async (): Promise<void> => {
    const made = this.#made
    this.#made = null
    if (made) await this.#remove(await made)
  }
}
