import type { Annotation } from './annotation'
import { Annotation as Annotations } from './annotation'

/** What is asked of one object. */
export interface Facts {
  readonly annotation: Annotation
  /** Title of its class. */
  readonly title: string
  /** Name of who made it. */
  readonly author: string
  /** Square metres; null where it has no area or its frame no metres. */
  readonly area: number | null
  /** Metres along it or around it; null likewise. */
  readonly length: number | null
}

/** A line that does not parse: what is wrong, and where, counted in characters. */
export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem'

  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message)
  }
}

/** Says whether an object fits. */
export type Test = (facts: Facts) => boolean

/** What a line means. */
export interface Expression {
  readonly test: Test
  /** It asks for areas or lengths. */
  readonly isAboutSize: boolean
}

type Value = string | number | boolean | null
interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const SIGNS = ['<=', '>=', '!=', '=', '<', '>', '~', '(', ')', ','] as const
const UNITS: { readonly [unit: string]: number } = {
  m: 1,
  km: 1000,
  m2: 1,
  'm²': 1,
  ha: 10_000,
  km2: 1e6,
  'km²': 1e6,
}
const MOST_DEEP = 100

/** Reads lines such as `class = "Road" and width > 3 and state = draft`. */
export const Expression = {
  /**
   * Return what a line means.
   *
   * Fields: class, kind, state, author, date, tool, method, score, number, area, length; any other word is an attribute
   * (`attribute.class` where a field has its name). Signs: = != < <= > >= ~ (contains), `in (a, b)`, `is null`; joined
   * by and, or, not and brackets. Words need quotes only where they hold spaces.
   *
   * @throws ExpressionProblem where the line says nothing that can be asked
   */
  parse(line: string): Expression {
    const parser = new Parser(tokensOf(line))
    const test = parser.whole()
    return { test, isAboutSize: parser.isAboutSize }
  },

  /** Say whether a line is meant as an expression, not as words to look for. */
  isMeant(line: string): boolean {
    return /[=<>~]|\bis\s+(not\s+)?null\b|\bin\s*\(/i.test(line)
  },
}

function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at)
    const space = /^\s+/.exec(rest)
    if (space) {
      at += space[0].length
      continue
    }
    const sign = SIGNS.find((s) => rest.startsWith(s))
    const text = /^(?:"([^"]*)"|'([^']*)')/.exec(rest)
    const word = /^[^\s"'<>=!~(),]+/.exec(rest)
    if (sign) tokens.push({ kind: 'sign', text: sign, at })
    else if (text) tokens.push({ kind: 'text', text: text[1] ?? text[2]!, at })
    else if (word) tokens.push({ kind: isNumber(word[0]) ? 'number' : 'word', text: word[0], at })
    else
      throw new ExpressionProblem(
        /^["']/.test(rest) ? 'This quote is not closed.' : `“${rest[0]}” means nothing here.`,
        at,
      )
    at += (sign ?? text?.[0] ?? word![0]).length
  }
  return [...tokens, { kind: 'end', text: '', at: line.length }]
}

function isNumber(text: string): boolean {
  return numberOf(text) !== null
}

/** Return a number with its unit taken into account: `3`, `2.5ha`. */
function numberOf(text: string): number | null {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z²]\S*)?$/i.exec(text)
  const unit = match?.[2] === undefined ? 1 : UNITS[match[2].toLowerCase()]
  return match && unit !== undefined ? Number(match[1]) * unit : null
}

/** Reads by descent: or, and, not, bracket, comparison. */
class Parser {
  isAboutSize = false
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Test {
    if (this.#tokens.length === 1) throw new ExpressionProblem('Write what is to be chosen: class = Road.', 0)
    const test = this.#either()
    if (this.#peek.kind !== 'end') this.#fail('Join conditions by and, or')
    return test
  }

  get #peek(): Token {
    return this.#tokens[this.#next]!
  }

  #fail(wanted: string): never {
    const { text, kind, at } = this.#peek
    throw new ExpressionProblem(
      kind === 'end' ? `${wanted}; the line ends here.` : `${wanted}, not “${text}”.`,
      at,
    )
  }

  #take(word: string): boolean {
    const { kind, text } = this.#peek
    if ((kind !== 'word' && kind !== 'sign') || text.toLowerCase() !== word) return false
    this.#next++
    return true
  }

  #either(): Test {
    const tests = [this.#all()]
    while (this.#take('or')) tests.push(this.#all())
    return (facts) => tests.some((test) => test(facts))
  }

  #all(): Test {
    const tests = [this.#one()]
    while (this.#take('and')) tests.push(this.#one())
    return (facts) => tests.every((test) => test(facts))
  }

  #one(): Test {
    if (++this.#depth > MOST_DEEP) this.#fail('Fewer brackets are needed')
    try {
      if (this.#take('not')) {
        const test = this.#one()
        return (facts) => !test(facts)
      }
      if (!this.#take('(')) return this.#comparison()
      const test = this.#either()
      if (!this.#take(')')) this.#fail('A “)” is needed')
      return test
    } finally {
      this.#depth--
    }
  }

  #comparison(): Test {
    const token = this.#peek
    if (token.kind !== 'word' && token.kind !== 'text') this.#fail('A field or attribute is needed')
    this.#next++
    const read = fieldOf(token)
    this.isAboutSize ||= read === FIELDS.area || read === FIELDS.length
    if (this.#take('is')) {
      const isNot = this.#take('not')
      if (!this.#take('null')) this.#fail('“null” is needed')
      return (facts) => (read(facts) === null) !== isNot
    }
    const isNot = this.#take('not')
    if (this.#take('in')) {
      const wanted = this.#list()
      return (facts) => wanted.some((value) => isSame(read(facts), value)) !== isNot
    }
    if (isNot) this.#fail('“in” is needed')
    const sign = ['<=', '>=', '!=', '=', '<', '>', '~'].find((s) => this.#take(s))
    if (!sign) this.#fail('One of = != < <= > >= ~ in is needed')
    const value = this.#value()
    return (facts) => compared(read(facts), sign, value)
  }

  #list(): readonly Token[] {
    if (!this.#take('(')) this.#fail('A “(” is needed')
    const values = [this.#value()]
    while (this.#take(',')) values.push(this.#value())
    if (!this.#take(')')) this.#fail('A “)” or “,” is needed')
    return values
  }

  #value(): Token {
    const token = this.#peek
    if (token.kind === 'sign' || token.kind === 'end') this.#fail('A value is needed')
    this.#next++
    return token
  }
}

type Read = (facts: Facts) => Value | readonly string[]

const FIELDS: { readonly [name: string]: Read } = {
  class: ({ annotation, title }) => [title, annotation.label],
  kind: ({ annotation }) => Annotations.kindOf(annotation),
  state: ({ annotation }) => annotation.state,
  author: ({ author }) => author,
  date: ({ annotation }) => annotation.provenance?.at ?? null,
  tool: ({ annotation }) => annotation.provenance?.tool || null,
  method: ({ annotation }) => annotation.provenance?.method ?? null,
  score: ({ annotation }) => annotation.provenance?.score ?? null,
  number: ({ annotation }) => annotation.fid,
  area: ({ area }) => area,
  length: ({ length }) => length,
}

function fieldOf({ kind, text }: Token): Read {
  const field =
    kind === 'word' && Object.hasOwn(FIELDS, text.toLowerCase()) ? FIELDS[text.toLowerCase()]! : null
  if (field) return field
  const name = kind === 'word' && text.startsWith('attribute.') ? text.slice('attribute.'.length) : text
  return ({ annotation }) =>
    Object.hasOwn(annotation.attributes, name) ? (annotation.attributes[name] ?? null) : null
}

/** Say whether a value is the wanted one; of several it is one of them. Upper and lower case are the same. */
function isSame(found: Value | readonly string[], { kind, text }: Token): boolean {
  if (found === null) return kind === 'word' && text.toLowerCase() === 'null'
  if (Array.isArray(found)) return found.some((one) => one.toLowerCase() === text.toLowerCase())
  if (typeof found === 'number') return found === numberOf(text)
  const said = String(found).toLowerCase()
  const yes = ['yes', 'true'].includes(text.toLowerCase())
  if (typeof found === 'boolean')
    return found === yes && (yes || ['no', 'false'].includes(text.toLowerCase()))
  // a day is a whole day: 2026-11-20 is what begins so
  return said === text.toLowerCase() || (isDate(text) && said.startsWith(`${text}t`))
}

function compared(found: Value | readonly string[], sign: string, wanted: Token): boolean {
  if (sign === '=') return isSame(found, wanted)
  if (sign === '!=') return !isSame(found, wanted)
  if (found === null) return false
  if (sign === '~') return String(found).toLowerCase().includes(wanted.text.toLowerCase())
  const order = orderOf(found, wanted)
  if (order === null) return false
  if (sign === '<') return order < 0
  if (sign === '<=') return order <= 0
  return sign === '>' ? order > 0 : order >= 0
}

/** Return below 0 where the found value comes first; null where the two cannot be compared. */
function orderOf(found: Value | readonly string[], { text }: Token): number | null {
  if (typeof found === 'number') {
    const number = numberOf(text)
    return number === null ? null : found - number
  }
  if (typeof found !== 'string') return null
  // days are compared as days, so that <= holds the day itself
  const said = isDate(text) ? found.slice(0, text.length) : found
  return said < text ? -1 : said > text ? 1 : 0
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
}
