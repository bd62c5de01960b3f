import { type LabelClass, Ontology } from './ontology'

/** A class in its place among the others. */
export interface ClassPlace {
  readonly label: LabelClass
  /** How many classes stand above it. */
  readonly depth: number
  readonly hasBelow: boolean
  /** Objects of it and of all below it. */
  readonly n: number
}

/** The classes that may be drawn as a tree: each below its parent, in the order of the ontology. */
export const ClassTree = {
  /**
   * Return the classes from the top down, without those below a folded one.
   *
   * A class whose parent is retired stands at the top.
   */
  places(
    ontology: Ontology,
    counts: { readonly [slug: string]: number },
    folded: ReadonlySet<string> = new Set(),
  ): readonly ClassPlace[] {
    const active = Ontology.active(ontology)
    const known = new Set(active.map(({ slug }) => slug))
    const below = new Map<string | null, LabelClass[]>()
    for (const label of active) {
      const above = label.parent !== null && known.has(label.parent) ? label.parent : null
      below.set(above, [...(below.get(above) ?? []), label])
    }
    const sum = (label: LabelClass): number =>
      (below.get(label.slug) ?? []).reduce((n, child) => n + sum(child), counts[label.slug] ?? 0)
    const walk = (parent: string | null, depth: number): readonly ClassPlace[] =>
      (below.get(parent) ?? []).flatMap((label) => {
        const hasBelow = below.has(label.slug)
        const here = { label, depth, hasBelow, n: sum(label) }
        return hasBelow && !folded.has(label.slug) ? [here, ...walk(label.slug, depth + 1)] : [here]
      })
    return walk(null, 0)
  },

  /** Return the class that one would stand below when it is moved in: the one above it of the same depth; null = none. */
  inward(ontology: Ontology, slug: string): string | null {
    const places = ClassTree.places(ontology, {})
    const at = places.findIndex(({ label }) => label.slug === slug)
    const depth = places[at]?.depth
    for (let i = at - 1; i >= 0; i--) {
      if (places[i]!.depth === depth) return places[i]!.label.slug
      if (places[i]!.depth < depth!) return null
    }
    return null
  },

  /** Return the parent that a class would have when it is moved out: its parent's; undefined = it is at the top. */
  outward(ontology: Ontology, slug: string): string | null | undefined {
    const parent = Ontology.get(ontology, slug)?.parent ?? null
    return parent === null ? undefined : (Ontology.get(ontology, parent)?.parent ?? null)
  },
}
