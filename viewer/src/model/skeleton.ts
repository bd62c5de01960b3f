import type { LabelClass } from './ontology'

/** Names of keypoints, the bones between them, which mirror which, and where each stands on the figure. */
export type Skeleton = NonNullable<LabelClass['skeleton']>

/** A place on the figure: 0 to 1 from the left, from the top. */
export type Spot = readonly [x: number, y: number]

/** A skeleton to begin with. */
export interface SkeletonPreset {
  readonly id: string
  readonly title: string
  readonly skeleton: Skeleton
}

/** Pure functions on skeletons; none changes its argument. Points go by their index. */
export const Skeleton = {
  EMPTY: { names: [], edges: [], flips: [], places: [] } as Skeleton,

  /** Return where each point stands; those that stand nowhere are put on a circle. */
  spots({ names, places = [] }: Skeleton): readonly Spot[] {
    return names.map((_, i) => {
      const turn = (2 * Math.PI * i) / names.length - Math.PI / 2
      const [x, y] = places[i] ?? [0.5 + 0.38 * Math.cos(turn), 0.5 + 0.38 * Math.sin(turn)]
      return [x!, y!]
    })
  },

  /** Return the index of the mirror image of each point: itself where nothing mirrors it. */
  mirrors({ names, flips = [] }: Skeleton): readonly number[] {
    return names.map((_, i) => flips[i] ?? i)
  },

  /** Return it with one more point, called by the next free number. */
  added(skeleton: Skeleton, spot: Spot): Skeleton {
    const { names } = skeleton
    let n = names.length + 1
    while (names.includes(`point ${n}`)) n++
    return whole(skeleton, {
      names: [...names, `point ${n}`],
      flips: [...Skeleton.mirrors(skeleton), names.length],
      places: [...Skeleton.spots(skeleton), kept(spot)],
    })
  },

  /** Return it without a point, its bones and its place. */
  removed(skeleton: Skeleton, gone: number): Skeleton {
    const shifted = (i: number) => (i > gone ? i - 1 : i)
    const mirrors = Skeleton.mirrors(skeleton).map((to, i) => (to === gone ? i : to))
    return whole(skeleton, {
      names: skeleton.names.toSpliced(gone, 1),
      edges: (skeleton.edges ?? [])
        .filter((ends) => !ends.includes(gone))
        .map(([a, b]): [number, number] => [shifted(a), shifted(b)]),
      flips: mirrors.toSpliced(gone, 1).map(shifted),
      places: Skeleton.spots(skeleton).toSpliced(gone, 1),
    })
  },

  /** Return it with a point moved up (negative) or down in the order in which points are clicked. */
  reordered(skeleton: Skeleton, from: number, by: number): Skeleton {
    const to = from + by
    if (to < 0 || to >= skeleton.names.length) return skeleton
    const order = skeleton.names.map((_, i) => i)
    order.splice(to, 0, ...order.splice(from, 1))
    const now = (old: number) => order.indexOf(old)
    const [mirrors, spots] = [Skeleton.mirrors(skeleton), Skeleton.spots(skeleton)]
    return whole(skeleton, {
      names: order.map((old) => skeleton.names[old]!),
      edges: (skeleton.edges ?? []).map(([a, b]): [number, number] => [now(a), now(b)]),
      flips: order.map((old) => now(mirrors[old]!)),
      places: order.map((old) => spots[old]!),
    })
  },

  /** Return it with another name of a point. */
  renamed(skeleton: Skeleton, point: number, name: string): Skeleton {
    return { ...skeleton, names: skeleton.names.with(point, name) }
  },

  /** Return it with a point elsewhere on the figure. */
  moved(skeleton: Skeleton, point: number, spot: Spot): Skeleton {
    return whole(skeleton, { places: Skeleton.spots(skeleton).with(point, kept(spot)) })
  },

  /** Return it with a bone between two points, or without it where there is one. */
  toggled(skeleton: Skeleton, a: number, b: number): Skeleton {
    if (a === b) return skeleton
    const edges = skeleton.edges ?? []
    const others = edges.filter((ends) => !(ends.includes(a) && ends.includes(b)))
    return { ...skeleton, edges: others.length < edges.length ? others : [...edges, [a, b]] }
  },

  /** Return it with two points that mirror each other, and nobody else; a point and itself: none mirrors it. */
  mirrored(skeleton: Skeleton, a: number, b: number): Skeleton {
    const flips = Skeleton.mirrors(skeleton).map((to, i) => (to === a || to === b ? i : to))
    return whole(skeleton, { flips: flips.with(a, b).with(b, a) })
  },

  /** Return it as it is to be stored: names without blanks around them; null where it has no point. */
  settled(skeleton: Skeleton | null): Skeleton | null {
    return skeleton?.names.length ? { ...skeleton, names: skeleton.names.map((name) => name.trim()) } : null
  },

  /** Return what is wrong with it; null = nothing. */
  problem(skeleton: Skeleton | null): string | null {
    const names = Skeleton.settled(skeleton)?.names ?? []
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (names.includes('')) return `Keypoint ${names.indexOf('') + 1} needs a name`
    return twice === undefined ? null : `Two keypoints are called ${twice}`
  },
}

/** Return a skeleton with some fields replaced; a mirror that mirrors nothing is not stored. */
function whole(skeleton: Skeleton, update: Partial<Skeleton>): Skeleton {
  const made = { ...skeleton, ...update }
  return made.flips?.every((to, i) => to === i) ? { ...made, flips: [] } : made
}

/** Keep a place on the figure, to a thousandth. */
function kept([x, y]: Spot): [number, number] {
  const inside = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000
  return [inside(x), inside(y)]
}
