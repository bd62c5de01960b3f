import { useEffect, useState } from 'preact/hooks'
import { Annotation } from '../../model/annotation'
import { Expression, ExpressionProblem } from '../../model/expression'
import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { titleOfKind } from '../../shapes'
import type { Workbench } from '../workbench'
import { factsOf } from './facts'

/** A person types, the map moves: what is asked waits for a moment of rest, milliseconds. */
const REST_MS = 120

/** What a filter leaves of a list; a problem where the filter is an expression that cannot be read. */
export interface Filtered {
  readonly items: readonly Annotation[]
  readonly problem: string | null
}

/** Return what fits a filter: an expression (see `Expression`), or words that are all to be found in an object. */
export function useFiltered(bench: Workbench, items: readonly Annotation[], filter: string): Filtered {
  const [fitting, setFitting] = useState<ReadonlySet<Id> | null>(null)
  const isExpression = Expression.isMeant(filter)
  const expression = isExpression ? read(filter) : null
  const problem = typeof expression === 'string' ? expression : null
  useEffect(() => {
    if (!isExpression || problem !== null) return setFitting(null)
    const { test, isAboutSize } = Expression.parse(filter)
    let isWanted = true
    const look = async () => {
      const facts = await factsOf(bench.session, items, isAboutSize)
      if (isWanted) setFitting(new Set(facts.filter(test).map(({ annotation }) => annotation.id)))
    }
    const timer = setTimeout(() => void look().catch((error) => bench.toasts.error(error)), REST_MS)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [bench, items, filter])
  if (!isExpression) return { items: withWords(bench, items, filter), problem: null }
  return { items: fitting ? items.filter(({ id }) => fitting.has(id)) : [], problem }
}

/** Return an expression, or why it is none. */
function read(filter: string): Expression | string {
  try {
    return Expression.parse(filter)
  } catch (error) {
    if (error instanceof ExpressionProblem) return `${error.message} (character ${error.at + 1})`
    throw error
  }
}

/** Return what fits all the words: class, kind, number, attribute values. */
export function withWords(
  bench: Workbench,
  items: readonly Annotation[],
  filter: string,
): readonly Annotation[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.length) return items
  const ontology = bench.session.ontology.value
  return items.filter((a) => {
    const attributes = Object.entries(a.attributes).map(([name, value]) => `${name} ${value}`)
    const text = [
      `#${a.fid}`,
      titleOfKind(Annotation.kindOf(a)),
      Ontology.titleOf(ontology, a.label),
      a.state,
      ...attributes,
    ]
    const all = text.join(' ').toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
