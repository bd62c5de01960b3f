import { BASE } from './client'
import { Problem, Unreachable } from './problem'

/** Fraction of the bytes that have left, 0 to 1. */
export type Progress = (fraction: number) => void

/**
 * Send a form with files and tell how far it is; `fetch` cannot.
 *
 * @returns the JSON of the answer
 */
export function upload<T>(
  path: string,
  form: FormData,
  progress: Progress,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${BASE}${path}`)
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onerror = () => reject(new Unreachable(request.statusText))
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
    request.onload = () => {
      if (request.status < 400) resolve(JSON.parse(request.responseText || 'null') as T)
      else reject(Problem.parse(request.responseText, request.status, request.statusText))
    }
    signal?.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}
