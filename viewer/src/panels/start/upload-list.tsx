import { Button, IconButton } from '../kit/button'
import { Icon, type IconName } from '../kit/icon'
import { ProgressBar } from '../kit/progress'
import { sizeText } from './ago'
import type { Upload, UploadState, Uploads } from './uploads'
import './upload-list.css'

const ICON: { readonly [S in UploadState]: IconName } = {
  waiting: 'clock',
  sending: 'upload',
  reading: 'spinner',
  done: 'check',
  failed: 'error',
  cancelled: 'close',
}

/** The uploads of a page, each with its progress, and what to do where one failed. */
export function UploadList({ uploads }: { readonly uploads: Uploads }) {
  const items = uploads.items.value
  if (!items.length) return null
  const n = uploads.running.value.length
  return (
    <section class="uploads" aria-label="Uploads">
      <header>
        <h2>{n ? `Uploading, ${items.length - n} of ${items.length} done` : 'Uploads'}</h2>
        <Button kind="ghost" disabled={n === items.length} onClick={() => uploads.clear()}>
          Clear
        </Button>
      </header>
      <ul>
        {items.map((item) => (
          <UploadRow key={item} item={item} onRetry={() => uploads.retry(item)} />
        ))}
      </ul>
    </section>
  )
}

function UploadRow({ item, onRetry }: { readonly item: Upload; readonly onRetry: () => void }) {
  const state = item.state.value
  const isRunning = state === 'waiting' || state === 'sending' || state === 'reading'
  return (
    <li class="upload" data-state={state}>
      <Icon name={ICON[state]} size={14} />
      <span class="ellipsis" title={item.files.map((file) => file.name).join(', ')}>
        {item.name}
      </span>
      <span class="dim mono">{said(item)}</span>
      {isRunning && (
        <IconButton icon="close" label={`Cancel ${item.name}`} size={22} onClick={() => item.cancel()} />
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <IconButton icon="refresh" label={`Try ${item.name} again`} size={22} onClick={onRetry} />
      )}
      {(state === 'sending' || state === 'reading') && (
        <ProgressBar
          fraction={state === 'reading' ? null : item.fraction.value}
          label={`Upload of ${item.name}`}
        />
      )}
      {item.error.value && (
        <p class="kit-error" role="alert">
          {item.error.value}
        </p>
      )}
    </li>
  )
}

function said(item: Upload): string {
  const size = sizeText(item.sizeBytes)
  switch (item.state.value) {
    case 'sending':
      return `${Math.floor(100 * item.fraction.value)} % of ${size}`
    case 'reading':
      return 'the server opens it'
    case 'waiting':
      return 'waits'
    case 'cancelled':
      return 'cancelled'
    case 'failed':
      return 'failed'
    case 'done':
      return size
  }
}
