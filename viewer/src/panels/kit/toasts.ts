import { signal } from '@preact/signals'
import { sentenceOf } from '../../api/problem'

/** What a person can do about a message. */
export interface ToastAction {
  readonly title: string
  readonly run: () => void
}

export interface Toast {
  readonly id: number
  readonly tone: 'ok' | 'info' | 'error'
  readonly text: string
  readonly action: ToastAction | null
}

const SHORT_MS = 5000
const WITH_ACTION_MS = 10000
const MOST = 5

/** Short messages at the edge of the window. Errors stay until they are closed, the rest goes by itself. */
export class Toasts {
  readonly items = signal<readonly Toast[]>([])
  #next = 1

  /** Say that something went well. */
  ok(text: string, action: ToastAction | null = null): void {
    this.#add('ok', text, action)
  }

  /** Say something that a person should know. */
  tell(text: string, action: ToastAction | null = null): void {
    this.#add('info', text, action)
  }

  /** Say what went wrong: a `Problem`, any other error, or a sentence. Who gave up themselves is not told so. */
  error(error: unknown, action: ToastAction | null = null): void {
    if (error instanceof DOMException && error.name === 'AbortError') return
    const text = sentenceOf(error)
    this.#add('error', text.charAt(0).toUpperCase() + text.slice(1), action)
  }

  /** Take a message away. */
  drop(id: number): void {
    this.items.value = this.items.peek().filter((toast) => toast.id !== id)
  }

  #add(tone: Toast['tone'], text: string, action: ToastAction | null): void {
    const toast = { id: this.#next++, tone, text, action }
    const others = this.items.peek().filter((other) => other.text !== text)
    this.items.value = [...others, toast].slice(-MOST)
    if (tone !== 'error') setTimeout(() => this.drop(toast.id), action ? WITH_ACTION_MS : SHORT_MS)
  }
}
