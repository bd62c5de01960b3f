import type { Session } from '../../document/session'
import type { Annotation, ReviewState } from '../../model/annotation'
import { Attribute, Ontology } from '../../model/ontology'
import type { Reviewer } from '../../model/review'

const PAGE = 2000
/** Objects that are read at once: all of them are loaded. */
const MOST = 20_000

/** Objects in some states of review. */
export interface Work {
  readonly annotations: readonly Annotation[]
  /** False where there are more than are read at once. */
  readonly isWhole: boolean
}

/** Return the objects of a scene in these states, as they are seen here; what waits to be sent counts. */
export async function findWork(session: Session, states: readonly ReviewState[]): Promise<Work> {
  await session.outbox.flushed()
  const found = new Map<string, Annotation>()
  let isWhole = true
  for (let after: number | null = 0; after !== null; ) {
    if (found.size >= MOST) {
      isWhole = false
      break
    }
    const page = await session.api.annotations({ state: states, after, limit: PAGE })
    for (const a of page.annotations) found.set(a.id, session.labels.get(a.id) ?? a)
    after = page.next
  }
  for (const a of session.labels.values()) found.set(a.id, a)
  const annotations = [...found.values()].filter((a) => states.includes(a.state))
  return { annotations: annotations.toSorted((a, b) => (a.fid || Infinity) - (b.fid || Infinity)), isWhole }
}

/** Return who reviews here. */
export function reviewerOf(session: Session): Reviewer {
  return { id: session.actor.id ?? null, nMembers: session.project.value.members.length }
}

/** Return the names of required attributes that an object lacks: until it has them it cannot be submitted. */
export function lackingOf(session: Session, annotation: Annotation): readonly string[] {
  const label = Ontology.get(session.ontology.value, annotation.label)
  return label ? Attribute.missing(label, annotation) : []
}

/** Return what a person is called. */
export function memberOf(session: Session, id: string | null | undefined): string {
  return session.project.value.members.find((m) => m.id === id)?.name ?? id ?? 'somebody'
}
