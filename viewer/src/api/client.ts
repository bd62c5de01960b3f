import { Problem, Unreachable } from './problem'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

type Verb = 'get' | 'post' | 'patch' | 'delete'
type Operation<P, V> = P extends keyof paths ? (V extends keyof paths[P] ? paths[P][V] : never) : never

/** The paths of the server that have a verb. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: paths[P] extends { readonly [K in V]: { readonly responses: unknown } } ? P : never
}[keyof paths]

type JsonOf<T> = T extends { readonly content: { readonly 'application/json': infer B } } ? B : null

/** What the server answers when all is well. */
export type Answer<P, V> =
  Operation<P, V> extends { readonly responses: infer R }
    ? { [S in keyof R]: S extends 200 | 201 | 202 ? JsonOf<R[S]> : never }[keyof R]
    : never

type Parameters<P, V, K extends string> =
  Operation<P, V> extends {
    readonly parameters: { readonly [k in K]: infer T }
  }
    ? T
    : never
type PathPart<P, V> = [Parameters<P, V, 'path'>] extends [never] ? object : { path: Parameters<P, V, 'path'> }
type BodyPart<P, V> = Operation<P, V> extends { readonly requestBody: infer B } ? { body: JsonOf<B> } : object
type QueryOf<O> = O extends { readonly parameters: { readonly query?: infer T } } ? NonNullable<T> : never

/** What one request takes: its path parameters, query, body, and a signal that gives it up. */
export type Request<P, V> = PathPart<P, V> &
  BodyPart<P, V> & { query?: QueryOf<Operation<P, V>>; signal?: AbortSignal | undefined }

type Rest<P, V> = object extends Request<P, V> ? [request?: Request<P, V>] : [request: Request<P, V>]

interface Loose {
  readonly path?: { readonly [name: string]: unknown }
  readonly query?: { readonly [name: string]: unknown }
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/**
 * The server, typed by its OpenAPI document.
 *
 * Answers the body of what went well. Everything else is thrown: `Problem` where the server refused, `Unreachable` where
 * it was not there, an `AbortError` where the caller gave up.
 */
export class Api {
  readonly #base: string

  /** @param base What stands before `/api`: empty on the server's own page. */
  constructor(base = '') {
    this.#base = base.replace(/\/+$/, '')
  }

  /** Return the address of a path with its parameters filled in, for pictures, downloads and streams. */
  url(path: string, parameters: Loose['path'] = {}, query: Loose['query'] = {}): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(parameters[name])),
    )
    const asked = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined || value === null) continue
      for (const item of Array.isArray(value) ? value : [value]) asked.append(name, String(item))
    }
    return this.#base + filled + (asked.size ? `?${asked}` : '')
  }

  get<P extends PathOf<'get'>>(path: P, ...[request]: Rest<P, 'get'>): Promise<Answer<P, 'get'>> {
    return this.#ask('GET', path, request as Loose)
  }

  post<P extends PathOf<'post'>>(path: P, ...[request]: Rest<P, 'post'>): Promise<Answer<P, 'post'>> {
    return this.#ask('POST', path, request as Loose)
  }

  patch<P extends PathOf<'patch'>>(path: P, ...[request]: Rest<P, 'patch'>): Promise<Answer<P, 'patch'>> {
    return this.#ask('PATCH', path, request as Loose)
  }

  delete<P extends PathOf<'delete'>>(path: P, ...[request]: Rest<P, 'delete'>): Promise<Answer<P, 'delete'>> {
    return this.#ask('DELETE', path, request as Loose)
  }

  /** Return the bytes behind an address of the server, made with `url`. */
  async bytes(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
    const response = await reached(fetch(url, signal ? { signal } : {}))
    if (!response.ok) throw await Problem.of(response)
    return reached(response.arrayBuffer())
  }

  async #ask<T>(method: string, path: string, request: Loose = {}): Promise<T> {
    const init: RequestInit = { method, credentials: 'same-origin' }
    if (request.signal) init.signal = request.signal
    if (request.body !== undefined) {
      init.headers = { 'Content-Type': 'application/json' }
      init.body = JSON.stringify(request.body)
    }
    const response = await reached(fetch(this.url(path, request.path, request.query), init))
    if (!response.ok) throw await Problem.of(response)
    const text = await reached(response.text())
    return (text ? JSON.parse(text) : null) as T
  }
}

/** Return what a step of a request gives; a lost connection becomes `Unreachable`, also in the middle of an answer. */
async function reached<T>(step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Unreachable(error)
  }
}
