import { computed, signal } from '@preact/signals'
import type { Job } from '../../api/client'
import { projectApi } from '../../api/project'

const ASK_MS = 1000
const ASK_RARELY_MS = 15000

/** What work of minutes is under way in the workspace: exports, imports, overviews. */
export class JobBoard {
  /** Newest first. */
  readonly jobs = signal<readonly Job[]>([])
  readonly running = computed(() => this.jobs.value.filter((job) => !JobBoard.hasEnded(job)))
  readonly #waiters = new Map<string, ((job: Job) => void)[]>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isWatching = false

  /** Say whether nothing more will happen to a job. */
  static hasEnded(job: Job): boolean {
    return job.state !== 'queued' && job.state !== 'running'
  }

  /** Ask the server now and then, often while something runs; returns what ends it. */
  watch(): () => void {
    this.#isWatching = true
    void this.refresh()
    return () => {
      this.#isWatching = false
      clearTimeout(this.#timer)
    }
  }

  /** Ask the server for all jobs. Who cannot be reached now is asked again later. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      this.#take(await projectApi.jobs())
    } catch {
      // the viewer shows elsewhere that the server is away; jobs go on without being looked at
    }
    this.#askLater()
  }

  /** Take the newer state of a job, from the feed or the answer that began it. */
  receive(job: Job): void {
    const others = this.jobs.peek().filter((other) => other.id !== job.id)
    this.#take([job, ...others].sort((a, b) => b.created!.localeCompare(a.created!)))
    this.#askLater()
  }

  /** Resolve with a job once it has ended, however it ended. */
  ended(id: string): Promise<Job> {
    const job = this.jobs.peek().find((known) => known.id === id)
    if (job && JobBoard.hasEnded(job)) return Promise.resolve(job)
    this.#askLater()
    return new Promise((resolve) => {
      this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), resolve])
    })
  }

  /** Ask a job to stop; it ends a moment later. */
  async cancel(id: string): Promise<void> {
    this.receive(await projectApi.cancelJob(id))
  }

  #take(all: readonly Job[]): void {
    // looking at a file is part of the import dialog, and tells how far it is there
    const jobs = all.filter(({ kind }) => kind !== 'preview')
    this.jobs.value = jobs
    for (const job of jobs) {
      if (!JobBoard.hasEnded(job)) continue
      for (const resolve of this.#waiters.get(job.id) ?? []) resolve(job)
      this.#waiters.delete(job.id)
    }
  }

  #askLater(): void {
    clearTimeout(this.#timer)
    const isBusy = this.running.peek().length > 0 || this.#waiters.size > 0
    if (!isBusy && !this.#isWatching) return
    this.#timer = setTimeout(() => void this.refresh(), isBusy ? ASK_MS : ASK_RARELY_MS)
  }
}
