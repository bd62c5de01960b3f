import { BASE, type CommitReply, type Job } from './client'

/** What happens in a scene. Whoever follows gives a function for what they care about. */
export interface FeedListener {
  /** Somebody wrote (also this viewer itself). */
  commit?(commit: CommitReply): void
  /** Too far behind to be told one by one: read the scene anew; it is at this revision. */
  reload?(revision: number): void
  job?(job: Job): void
  /** A file of the scene changed: overviews are there, it was relinked. */
  asset?(news: { readonly asset: string; readonly what: string }): void
  /** The project (classes, people) is at this revision. */
  project?(revision: number): void
  /** The connection came (true) or went (false). */
  isLive?(isLive: boolean): void
}

const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 15000

/**
 * Call the listener for everything that happens in a scene from a revision on; returns what ends it.
 *
 * A browser reconnects a broken stream by itself, but gives up when the server answers with an error (it restarts, a
 * proxy steps in); then a new stream is opened, from the last revision that was heard of.
 *
 * @param since The revision that is known; null = only what comes.
 */
export function follow(scene: string, since: number | null, listener: FeedListener): () => void {
  let known = since
  let retryMs = FIRST_RETRY_MS
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = () => {
    const query = known === null ? '' : `?since=${known}`
    source = new EventSource(`${BASE}/api/scenes/${encodeURIComponent(scene)}/feed${query}`)
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T))
    on<{ revision: number; project_revision: number }>('ready', (ready) => {
      retryMs = FIRST_RETRY_MS
      known ??= ready.revision
      listener.isLive?.(true)
      listener.project?.(ready.project_revision)
    })
    on<CommitReply>('commit', (commit) => {
      known = commit.revision
      listener.commit?.(commit)
    })
    on<{ revision: number }>('reload', ({ revision }) => {
      known = revision
      listener.reload?.(revision)
    })
    on<Job>('job', (job) => listener.job?.(job))
    on<{ asset: string; what: string }>('asset', (news) => listener.asset?.(news))
    on<{ revision: number }>('project', ({ revision }) => listener.project?.(revision))
    source.onerror = () => {
      listener.isLive?.(false)
      if (source.readyState !== EventSource.CLOSED) return
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
