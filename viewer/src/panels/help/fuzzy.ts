/** How well a text fits what was typed, and which of its characters were meant. */
export interface Match {
  readonly score: number
  readonly at: ReadonlySet<number>
}

const WORD_START = 8
const NEXT_TO = 5
const WHOLE_WORD = 12

/**
 * Return how a text fits a query; null where it does not.
 *
 * Every word of the query must be in the text, letter by letter in order. Letters that begin words or stand together
 * count more, long gaps less.
 */
export function fuzzy(query: string, text: string): Match | null {
  const at = new Set<number>()
  let score = -text.length / 100
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = best(word, text)
    if (!found) return null
    score += found.score
    for (const index of found.at) at.add(index)
  }
  return { score, at }
}

/** Return the best way to find one word: as a whole where it occurs, else its letters from every possible start. */
function best(word: string, text: string): Match | null {
  const lower = text.toLowerCase()
  let found: Match | null = null
  for (let start = lower.indexOf(word[0]!); start >= 0; start = lower.indexOf(word[0]!, start + 1)) {
    const here = from(word, text, lower, start)
    if (here && (!found || here.score > found.score)) found = here
  }
  return found
}

function from(word: string, text: string, lower: string, start: number): Match | null {
  const at = new Set<number>()
  let [score, last] = [0, start - 1]
  for (const letter of word) {
    const next = lower.indexOf(letter, last + 1)
    if (next < 0) return null
    score += 1 + (isWordStart(text, next) ? WORD_START : 0)
    score += next === last + 1 ? NEXT_TO : -Math.min(4, (next - last) / 4)
    at.add(next)
    last = next
  }
  const isWhole = lower.startsWith(word, start) && isWordStart(text, start)
  return { score: score + (isWhole ? WHOLE_WORD : 0), at }
}

function isWordStart(text: string, index: number): boolean {
  return (
    index === 0 ||
    /[\s\-_./:#(]/.test(text[index - 1]!) ||
    /[a-z][A-Z]/.test(text.slice(index - 1, index + 1))
  )
}
