import { computed, signal } from '@preact/signals'
import { client, dataOf, type Job } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { upload } from '../../api/upload'
import type { Id } from '../../model/id'
import { askFormats, type Format, guessFormat, headOf, type Preview } from './formats'
import type { JobBoard } from './job-board'
import type { Loss } from './losses'
import { defaultsOf, type FormField, type FormValue, fieldsOf, type JsonSchema, problemsOf } from './schema'

/** What an import did, as `geo3d.label_import.ImportResult`. */
export interface ImportResult {
  readonly revision: number
  readonly n: number
  readonly n_updated: number
  readonly n_unchanged: number
  readonly classes_created: readonly string[]
  readonly frames_added: readonly string[]
  readonly losses: readonly Loss[]
  readonly n_lost: number
  readonly lost_by_reason: { readonly [reason: string]: number }
  readonly reduced: readonly Loss[]
  readonly warnings: readonly string[]
}

export type Step = 'choose' | 'looking' | 'preview' | 'running' | 'done'

/** Where the labels of a class of the file go: to a class of ours, to a new one, or nowhere. */
export type Target = { readonly kind: 'new' | 'none' } | { readonly kind: 'class'; readonly slug: string }

/** One import from the choice of a file to its result. */
export class ImportFlow {
  readonly step = signal<Step>('choose')
  readonly error = signal<string | null>(null)
  readonly formats = signal<readonly Format[]>([])
  readonly files = signal<readonly File[]>([])
  readonly format = signal<string | null>(null)
  readonly options = signal<FormValue>({})
  /** CRS or frame that the person states; empty = as the file says. */
  readonly crs = signal('')
  readonly preview = signal<Preview | null>(null)
  readonly targets = signal<{ readonly [title: string]: Target }>({})
  readonly sent = signal(0)
  readonly job = signal<Job | null>(null)
  readonly result = signal<ImportResult | null>(null)

  /** The options of the chosen format. */
  readonly fields = computed<readonly FormField[]>(() => {
    const format = this.formats.value.find(({ name }) => name === this.format.value)
    return fieldsOf((format?.read_schema ?? {}) as JsonSchema)
  })
  /** Whether there is a file, a format, and options that fit. */
  readonly canLook = computed(
    () =>
      this.files.value.length > 0 &&
      this.format.value !== null &&
      problemsOf(this.fields.value, this.options.value).size === 0,
  )
  /** How many labels would come, without the classes that are left out. */
  readonly n = computed(() => {
    const preview = this.preview.value
    const out = preview?.classes.filter(({ title }) => this.targets.value[title]?.kind === 'none') ?? []
    return out.reduce((left, { n }) => left - n, preview?.n ?? 0)
  })
  /** Whether what was said since the last look makes another one necessary. */
  readonly isStale = signal(false)

  readonly #scene: Id
  readonly #jobs: JobBoard
  readonly #shown: (preview: Preview | null) => void
  #giveUp = new AbortController()
  #known: Promise<void> | null = null

  /** @param shown Told what to draw over the map, and null when nothing is to be. */
  constructor(scene: Id, jobs: JobBoard, shown: (preview: Preview | null) => void) {
    this.#scene = scene
    this.#jobs = jobs
    this.#shown = shown
  }

  /** Ask which formats there are; whoever needs them waits for the same answer. */
  begin(): Promise<void> {
    this.#known ??= this.#guarded('choose', async () => {
      this.formats.value = (await askFormats()).filter((format) => format.reads)
      return this.step.peek()
    }).then(() => {
      if (this.formats.peek().length === 0) this.#known = null
    })
    return this.#known
  }

  /** Take a file (with what belongs to it) and guess its format. */
  async take(files: readonly File[]): Promise<void> {
    await this.begin()
    const isKnown = (file: File) => guessFormat(file.name, '', this.formats.value) !== null
    const main = files.find(isKnown) ?? files[0]
    if (!main) return
    // the server reads the first file, and finds what belongs to it beside it
    this.files.value = [main, ...files.filter((file) => file !== main)]
    this.crs.value = ''
    const guess = guessFormat(main.name, await headOf(main), this.formats.value)
    this.setFormat(guess)
    if (guess === null) {
      const endings = this.formats.value.flatMap((format) => format.extensions).join(', ')
      this.error.value = `No format is known for “${main.name}”. Choose one yourself, or a file that ends in ${endings}.`
      return
    }
    await this.look()
  }

  /** Choose a format; its options begin anew. */
  setFormat(name: string | null): void {
    this.format.value = name
    this.options.value = defaultsOf(this.fields.value)
    this.isStale.value = this.preview.value !== null
    this.error.value = null
  }

  setOptions(options: FormValue): void {
    this.options.value = options
    this.isStale.value = this.preview.value !== null
  }

  setCrs(crs: string): void {
    this.crs.value = crs
    this.isStale.value = this.preview.value !== null
  }

  setTarget(title: string, target: Target): void {
    this.targets.value = { ...this.targets.value, [title]: target }
  }

  /** Send the file and see what an import would do. */
  async look(): Promise<void> {
    const back = this.preview.value ? 'preview' : 'choose'
    this.#giveUp = new AbortController()
    this.sent.value = 0
    await this.#guarded(back, async () => {
      this.step.value = 'looking'
      const form = new FormData()
      form.append('format', this.format.value ?? '')
      form.append('options', JSON.stringify(this.options.value))
      if (this.crs.value.trim()) form.append('crs', this.crs.value.trim())
      for (const file of this.files.value) form.append('file', file, file.name)
      const path = `/api/scenes/${encodeURIComponent(this.#scene)}/import/preview`
      const seen = await upload<Preview>(path, form, (part) => this.#tell(part), this.#giveUp.signal)
      this.preview.value = seen
      this.isStale.value = false
      this.targets.value = Object.fromEntries(
        seen.classes.map((label) => [label.title, targetOf(label.label)]),
      )
      this.#shown(seen)
      return 'preview'
    })
  }

  /** Write the labels into the scene; resolves when the job has ended. */
  async run(): Promise<ImportResult | null> {
    const seen = this.preview.value
    if (!seen) return null
    await this.#guarded('preview', async () => {
      this.step.value = 'running'
      const begun = await dataOf<Job>(
        client.POST('/api/scenes/{scene}/import', {
          params: { path: { scene: this.#scene } },
          body: {
            upload: seen.upload,
            format: seen.format,
            options: this.options.value,
            crs: this.crs.value.trim() || null,
            class_map: classMap(this.targets.value),
          },
        }),
      )
      this.job.value = begun
      this.#jobs.receive(begun)
      const ended = await this.#jobs.ended(begun.id)
      if (ended.state === 'cancelled') return 'preview'
      if (ended.state !== 'done')
        throw new Error(ended.problem?.detail ?? 'The import was interrupted; start it again.')
      this.result.value = ended.result as unknown as ImportResult
      this.#shown(null)
      return 'done'
    })
    return this.result.value
  }

  /** Stop sending, or the job. */
  async cancel(): Promise<void> {
    this.#giveUp.abort()
    const job = this.job.value
    if (this.step.value === 'running' && job) await this.#jobs.cancel(job.id)
  }

  /** Take away what is drawn over the map. */
  end(): void {
    this.#giveUp.abort()
    this.#shown(null)
  }

  #tell(part: number): void {
    this.sent.value = part
  }

  /** Do one step; where it fails, say why and go back. */
  async #guarded(back: Step, work: () => Promise<Step>): Promise<void> {
    this.error.value = null
    try {
      this.step.value = await work()
    } catch (error) {
      this.step.value = back
      const isOwn = error instanceof DOMException && error.name === 'AbortError'
      this.error.value = isOwn ? null : sentenceOf(error)
    }
  }
}

function targetOf(slug: string | null): Target {
  return slug === null ? { kind: 'new' } : { kind: 'class', slug }
}

/** Return the map that the server takes: a slug of ours, null = left out; what is not named is made. */
export function classMap(targets: { readonly [title: string]: Target }): {
  readonly [title: string]: string | null
} {
  const named = Object.entries(targets).filter(([, target]) => target.kind !== 'new')
  return Object.fromEntries(
    named.map(([title, target]) => [title, target.kind === 'class' ? target.slug : null]),
  )
}
