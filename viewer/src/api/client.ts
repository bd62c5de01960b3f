import createClient from 'openapi-fetch'
import { Problem, Unreachable } from './problem'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type CommitReply = Schemas['CommitReply']
export type CountsReply = Schemas['CountsReply']
export type HistoryReply = Schemas['HistoryReply']
export type LayerCounts = Schemas['LayerCounts']
export type Job = Schemas['Job']
export type SceneSummary = Schemas['SceneSummary']
export type SessionInfo = Schemas['SessionInfo']

/** What stands before `/api`: nothing, the server that gave the page answers. */
export const BASE = ''

/** Fetch a path of the server. Rejects with `Problem` where it refused and `Unreachable` where it was not there. */
export async function fetched(path: string | Request, init?: RequestInit): Promise<Response> {
  const response = await reached(fetch(typeof path === 'string' ? `${BASE}${path}` : path, init))
  if (!response.ok) throw await Problem.of(response)
  return response
}

/** Every endpoint, typed by the server's OpenAPI document; use with `dataOf`. */
export const client = createClient<paths>({ baseUrl: BASE, fetch: (request) => fetched(request) })

/**
 * Return the body of an answer of `client`.
 *
 * @typeParam T The model's type, where it says more than the schema (what has a default is there in every answer).
 */
export async function dataOf<T>(answer: Promise<{ data?: unknown }>): Promise<T> {
  try {
    return (await answer).data as T
  } catch (error) {
    // the connection may also be lost in the middle of a body
    throw error instanceof TypeError ? new Unreachable(error) : error
  }
}

/** Return what a step of a request gives; who gives up gets the `AbortError`, a lost connection is `Unreachable`. */
async function reached<T>(step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Unreachable(error)
  }
}
