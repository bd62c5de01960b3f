/** A number, a band by its 1-based index, or an operation on others. Plain data: what draws it walks it. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'band'; readonly index: number }
  | { readonly kind: 'call'; readonly name: string; readonly of: readonly Expression[] }

/** What is wrong with a text that is no expression. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

const TOKEN = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[<>=!]=|[-+*/()<>,&|!]))/y
const LEVELS = [['|'], ['&'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/']]
const FUNCTIONS: Readonly<Record<string, number>> = {
  abs: 1,
  sqrt: 1,
  exp: 1,
  log: 1,
  log10: 1,
  floor: 1,
  round: 1,
  min: 2,
  max: 2,
  clip: 3,
  where: 3,
}

/**
 * Parse band arithmetic: `(b4-b3)/(b4+b3)`. The grammar of `geo3d.raster.expression`; nothing is ever executed.
 *
 * @param names band names, which stand beside `b1`, `b2`, ...
 * @throws ExpressionError
 */
export function parse(text: string, names: readonly string[]): Expression {
  const parser = new Parser(tokensOf(text), names)
  const expression = parser.level(0)
  if (parser.next !== null) throw new ExpressionError(`"${parser.next}" was not expected here`)
  return expression
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new ExpressionError(`"${text.slice(at).trim()[0]}" is no part of band arithmetic`)
    tokens.push(match[0].trim())
  }
  if (!tokens.length) throw new ExpressionError('the expression is empty')
  return tokens
}

class Parser {
  #at = 0
  readonly #tokens: readonly string[]
  readonly #names: readonly string[]

  constructor(tokens: readonly string[], names: readonly string[]) {
    this.#tokens = tokens
    this.#names = names
  }

  get next(): string | null {
    return this.#tokens[this.#at] ?? null
  }

  level(depth: number): Expression {
    const signs = LEVELS[depth]
    if (!signs) return this.#signed()
    let left = this.level(depth + 1)
    while (this.next !== null && signs.includes(this.next)) {
      const name = this.#take()
      left = { kind: 'call', name, of: [left, this.level(depth + 1)] }
    }
    return left
  }

  #take(wanted?: string): string {
    const token = this.next
    if (token === null || (wanted !== undefined && token !== wanted))
      throw new ExpressionError(wanted ? `"${wanted}" is missing` : 'the expression ends too early')
    this.#at++
    return token
  }

  #signed(): Expression {
    if (this.next === '+') {
      this.#take()
      return this.#signed()
    }
    if (this.next === '-' || this.next === '!') {
      const name = this.#take() === '-' ? 'negate' : 'not'
      return { kind: 'call', name, of: [this.#signed()] }
    }
    const base = this.#atom()
    if (this.next !== '**') return base
    this.#take()
    return { kind: 'call', name: '**', of: [base, this.#signed()] }
  }

  #atom(): Expression {
    const token = this.#take()
    if (token === '(') {
      const inner = this.level(0)
      this.#take(')')
      return inner
    }
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(token) }
    if (!/^[A-Za-z_]/.test(token)) throw new ExpressionError(`"${token}" was not expected here`)
    return this.next === '(' ? this.#call(token) : { kind: 'band', index: this.#band(token) }
  }

  #call(name: string): Expression {
    const n = FUNCTIONS[name]
    if (n === undefined)
      throw new ExpressionError(
        `there is no function "${name}"; there are ${Object.keys(FUNCTIONS).join(', ')}`,
      )
    this.#take('(')
    const of = [this.level(0)]
    while (this.next === ',') {
      this.#take()
      of.push(this.level(0))
    }
    this.#take(')')
    if (of.length !== n)
      throw new ExpressionError(`${name} takes ${n} ${n === 1 ? 'value' : 'values'}, not ${of.length}`)
    return { kind: 'call', name, of }
  }

  #band(name: string): number {
    const named = this.#names.indexOf(name)
    if (named >= 0) return named + 1
    const index = /^[bB]([1-9]\d*)$/.exec(name)
    if (!index || Number(index[1]) > this.#names.length)
      throw new ExpressionError(
        `there is no band "${name}"; there are ${this.#names.map((_, i) => `b${i + 1}`).join(', ')}`,
      )
    return Number(index[1])
  }
}

/** Return the bands (1-based) that an expression needs. */
export function bandsOf(expression: Expression): readonly number[] {
  if (expression.kind === 'number') return []
  if (expression.kind === 'band') return [expression.index]
  return [...new Set(expression.of.flatMap(bandsOf))]
}
