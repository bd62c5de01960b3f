/** Body of every error answer (RFC 9457), as `geo3d_server.errors.Problem`. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly details?: { readonly [name: string]: unknown }
}

/** The server refused, and said why and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** Error class in kebab case: `conflict`, `nothing-to-undo`, `validation-failed`. */
  readonly kind: string
  readonly status: number
  readonly details: { readonly [name: string]: unknown }

  constructor(body: ProblemBody) {
    super(body.detail || body.title)
    this.kind = body.type.replace(/^urn:geo3d:/, '')
    this.status = body.status
    this.details = body.details ?? {}
  }

  /** Return the problem of an answer that is not ok. */
  static async of(response: Response): Promise<Problem> {
    const text = await response.text().catch(() => '')
    return Problem.parse(text, response.status, response.statusText)
  }

  /** Return the problem in the text of an answer; proxies answer with pages of their own. */
  static parse(text: string, status: number, phrase: string): Problem {
    try {
      const body = JSON.parse(text) as ProblemBody
      if (typeof body.type === 'string') return new Problem({ ...body, status })
    } catch {
      // not ours: the status has to do
    }
    return new Problem({
      type: `http-${status}`,
      title: phrase,
      status,
      detail: `The server answered ${status} ${phrase}.`,
    })
  }
}

/** The server could not be reached: no network, or it is not running. What was sent may or may not have arrived. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'

  constructor(cause: unknown) {
    super('The server cannot be reached.', { cause })
  }
}

/** Return the sentence of any error, for people. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
