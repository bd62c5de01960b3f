import { ClassDraft, same, settledAttribute } from './class-draft'
import type { Attribute, LabelClass } from './ontology'

export type Winner = 'mine' | 'theirs'

/** Two people changed the same thing of a class, each in another way. */
export interface Clash {
  /** What it is about, for people: `Colour`, `“height”: maximum`. */
  readonly what: string
  readonly mine: string
  readonly theirs: string
}

const CLASS_FIELDS = {
  title: 'Name',
  color: 'Colour',
  key: 'Key',
  parent: 'Parent',
  geometries: 'Drawn as',
  skeleton: 'Skeleton',
  guideline: 'Guideline',
  retired: 'Retired',
} as const satisfies { readonly [field in keyof LabelClass]?: string }

const ATTRIBUTE_FIELDS = {
  name: 'name',
  type: 'type',
  choices: 'choices',
  required: 'required',
  default: 'default',
  minimum: 'minimum',
  maximum: 'maximum',
  scope: 'scope',
  role: 'role',
} as const satisfies { readonly [field in keyof Required<Attribute>]: string }

/**
 * Return a draft put over a newer version of its class: whatever only one of two people changed is as that one wants it.
 *
 * @param theirs The class as it is stored by now.
 * @param winner Whose word counts where both changed the same thing.
 * @returns The class (`theirs` itself where nothing is to be changed), and each thing that both changed differently; without any, saving it takes nothing from anybody.
 */
export function mergedClass(
  draft: ClassDraft,
  theirs: LabelClass,
  winner: Winner,
): { readonly merged: LabelClass; readonly clashes: readonly Clash[] } {
  const mine = ClassDraft.settled(draft)
  const clashes: Clash[] = []
  const fields = mergedFields(CLASS_FIELDS, [draft.was, mine, theirs], winner, clashes, (title) => title)
  const attributes = mergedAttributes(draft, theirs, winner, clashes)
  const merged = { ...theirs, ...fields, attributes }
  return { merged: same(merged, theirs) ? theirs : merged, clashes }
}

/** Merge each field of three versions: the common one, mine, theirs. */
function mergedFields<T extends object, K extends keyof T & string>(
  titles: { readonly [field in K]: string },
  [was, mine, theirs]: readonly [T, T, T],
  winner: Winner,
  clashes: Clash[],
  whatOf: (title: string) => string,
): Pick<T, K> {
  const merged: Partial<T> = {}
  for (const field of Object.keys(titles) as K[]) {
    const isMineNew = !same(was[field], mine[field])
    const isTheirsNew = !same(was[field], theirs[field])
    const isClash = isMineNew && isTheirsNew && !same(mine[field], theirs[field])
    if (isClash)
      clashes.push({
        what: whatOf(titles[field]),
        mine: said(mine[field]),
        theirs: said(theirs[field]),
      })
    merged[field] = (isClash ? winner === 'mine' : isMineNew) ? mine[field] : theirs[field]
  }
  return merged as Pick<T, K>
}

function mergedAttributes(
  draft: ClassDraft,
  theirs: LabelClass,
  winner: Winner,
  clashes: Clash[],
): readonly Attribute[] {
  const newest = theirs.attributes as readonly Attribute[]
  const stored = draft.was.attributes as readonly Attribute[]
  const left = new Map(newest.map((a) => [a.name, a]))
  const merged: Attribute[] = []
  for (const { was, now } of draft.attributes.map((a) => ({ was: a.was, now: settledAttribute(a) }))) {
    const their = was && left.get(was.name)
    if (was) left.delete(was.name)
    if (!was) merged.push(now)
    else if (!their && same(left.get(now.name), now)) {
      // stored already: an earlier try arrived, only its answer did not
      left.delete(now.name)
      merged.push(now)
    } else if (their)
      merged.push({
        ...now,
        ...mergedFields(
          ATTRIBUTE_FIELDS,
          [was, now, their],
          winner,
          clashes,
          (title) => `“${was.name}”: ${title}`,
        ),
      })
    else if (!same(was, now)) {
      clashes.push({ what: `“${was.name}”`, mine: 'changed', theirs: 'removed' })
      if (winner === 'mine') merged.push(now)
    }
  }
  for (const their of left.values()) {
    const was = stored.find((a) => a.name === their.name)
    if (was && !same(was, their)) clashes.push({ what: `“${was.name}”`, mine: 'removed', theirs: 'changed' })
    if (!was || (winner === 'theirs' && !same(was, their))) merged.push(their)
  }
  return ordered(withoutTwins(merged, newest, winner, clashes), draft, newest)
}

/** Both may have come to one name, by adding or renaming: values know their attribute by its name, so one has to go. */
function withoutTwins(
  attributes: readonly Attribute[],
  newest: readonly Attribute[],
  winner: Winner,
  clashes: Clash[],
): readonly Attribute[] {
  const byName = new Map<string, Attribute>()
  for (const attribute of attributes) {
    const twin = byName.get(attribute.name)
    if (!twin) byName.set(attribute.name, attribute)
    else if (!same(twin, attribute)) {
      const isTheirs = newest.some((a) => same(a, attribute))
      const [mine, their] = isTheirs ? [twin, attribute] : [attribute, twin]
      clashes.push({ what: `“${twin.name}”`, mine: described(mine), theirs: described(their) })
      byName.set(twin.name, winner === 'mine' ? mine : their)
    }
  }
  return [...byName.values()]
}

/** Where only they changed the order, theirs holds; otherwise mine, with what is new of theirs at the end. */
function ordered(
  attributes: readonly Attribute[],
  draft: ClassDraft,
  newest: readonly Attribute[],
): readonly Attribute[] {
  const kept = draft.attributes.flatMap((a) => (a.was ? [a.was] : []))
  const places = kept.map((a) => draft.was.attributes.indexOf(a))
  if (places.some((place, i) => i > 0 && place < places[i - 1]!)) return attributes
  const names = newest.map((a) => a.name)
  const renamed = new Map(draft.attributes.map((a) => [settledAttribute(a).name, a.was?.name]))
  const placeOf = (a: Attribute) => {
    const places = [a.name, renamed.get(a.name)].map((name) =>
      name === undefined ? -1 : names.indexOf(name),
    )
    return places.find((place) => place >= 0) ?? names.length
  }
  return attributes.toSorted((a, b) => placeOf(a) - placeOf(b))
}

function described({ type, choices, required }: Attribute): string {
  return [type, ...(choices.length ? [choices.join(', ')] : []), ...(required ? ['required'] : [])].join(', ')
}

/** Return a value in words, short enough for a line. */
function said(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = Array.isArray(value)
    ? value.length
      ? value.join(', ')
      : 'anything'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
