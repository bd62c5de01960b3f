import { insideOf, isInArea } from '../math/area'
import { Bounds } from '../math/bounds'
import { crossingOf, type Edge } from '../math/meeting'
import { Position } from '../math/position'
import { areaOf, edgesOf, type Ring } from '../math/ring'
import { footOf, isCrossing } from '../math/segment'
import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { areaIn, boundsOf } from './hit'
import { bordersOf, edgesIn, placeKey } from './mesh'
import { areasOf, isArea, selfClashes } from './soundness'

/** Something about labels that a person should look at. */
export interface Fault {
  readonly kind: 'crossing' | 'overlap' | 'sliver' | 'gap'
  /** Whom it is about; of an overlap two, of a gap all around it. */
  readonly ids: readonly Id[]
  readonly positions: readonly Position[]
  /** The outline of a gap. */
  readonly ring?: Ring
}

/** A label as far as faults go. */
export interface Checked {
  readonly id: Id
  readonly label: string
  readonly geometry: Geometry
}

/** Widths in units of the frame. */
export interface FaultLimits {
  /** Areas and gaps that are thinner on average are slivers. */
  readonly thin: number
  /** What reaches less far into a neighbour is rounding. */
  readonly depth: number
}

/** Return what is wrong with areas: outlines that cross themselves, slivers, overlaps and gaps among those of one class. */
export function faultsOf(labels: readonly Checked[], limits: FaultLimits): readonly Fault[] {
  const areas = labels.filter(({ geometry }) => isArea(geometry))
  const faults: Fault[] = []
  for (const { id, geometry } of areas) {
    const positions = selfClashes(geometry)
    if (positions.length) faults.push({ kind: 'crossing', ids: [id], positions })
    else if (widthOf(areaIn(geometry), edgesIn(geometry)) < limits.thin)
      faults.push({ kind: 'sliver', ids: [id], positions: [bordersOf(geometry)[0]!.path[0]!] })
  }
  for (const group of grouped(areas).values())
    faults.push(...overlapsOf(group, limits), ...gapsOf(group, limits))
  return faults
}

function grouped(areas: readonly Checked[]): Map<string, Checked[]> {
  const groups = new Map<string, Checked[]>()
  for (const area of areas) groups.set(area.label, [...(groups.get(area.label) ?? []), area])
  return groups
}

/** Return the mean width of an area with this outline: that of a long rectangle. */
function widthOf(area: number, edges: readonly Edge[]): number {
  const around = edges.reduce((sum, [a, b]) => sum + Position.distance(a, b), 0)
  return around ? (2 * area) / around : 0
}

function overlapsOf(group: readonly Checked[], { depth }: FaultLimits): Fault[] {
  const faults: Fault[] = []
  const placed = group
    .map((one) => ({ ...one, bounds: boundsOf(one.geometry)! }))
    .toSorted((a, b) => a.bounds[0] - b.bounds[0])
  for (const [i, one] of placed.entries())
    for (const other of placed.slice(i + 1)) {
      if (other.bounds[0] > one.bounds[2]) break
      const at = Bounds.meets(one.bounds, other.bounds) && deepOverlap(one.geometry, other.geometry, depth)
      if (at) faults.push({ kind: 'overlap', ids: [one.id, other.id], positions: [at] })
    }
  return faults
}

/** Return where two areas overlap by more than rounding. */
function deepOverlap(one: Geometry, other: Geometry, depth: number): Position | null {
  const isFar = (p: Position, edge: Edge) => footOf(p, ...edge).distance > depth
  for (const a of edgesIn(one))
    for (const b of edgesIn(other)) {
      if (!isCrossing(...a, ...b)) continue
      if (a.every((p) => isFar(p, b)) && b.every((p) => isFar(p, a))) return crossingOf(a, b)
    }
  for (const a of areasOf(one))
    for (const b of areasOf(other)) {
      const [inA, inB] = [insideOf(a), insideOf(b)]
      if (inA && isInArea(inA, b)) return inA
      if (inB && isInArea(inB, a)) return inB
    }
  return null
}

/** Return the narrow openings between areas whose borders should be one: rings of edges with an area on one side only. */
function gapsOf(group: readonly Checked[], { thin }: FaultLimits): Fault[] {
  const edges = new Map<string, { edge: Edge; id: Id }>()
  for (const { id, geometry } of group)
    for (const [exterior, ...holes] of areasOf(geometry))
      for (const [i, ring] of [exterior!, ...holes].entries()) {
        // the area lies left of its edges: exteriors run one way, holes the other
        const isForward = areaOf(ring) > 0 === (i === 0)
        for (const [a, b] of edgesOf(ring, true)) {
          const edge: Edge = isForward ? [a, b] : [b, a]
          edges.set(keyOf(edge), { edge, id })
        }
      }
  const open = [...edges.values()].filter(({ edge: [a, b] }) => !edges.has(keyOf([b, a])))
  return ringsOf(open).flatMap((steps): Fault[] => {
    const ring = steps.map(({ edge }) => edge[0])
    const ids = [...new Set(steps.map(({ id }) => id))]
    const area = -areaOf(ring)
    const isGap =
      area > 0 &&
      ids.length > 1 &&
      widthOf(
        area,
        steps.map(({ edge }) => edge),
      ) < thin
    return isGap ? [{ kind: 'gap', ids, positions: [insideOf([ring]) ?? ring[0]!], ring }] : []
  })
}

interface Step {
  readonly edge: Edge
  readonly id: Id
}

/** Join edges end to start into rings; where several go on, the one that turns right most stays at the same opening. */
function ringsOf(open: readonly Step[]): Step[][] {
  const starts = new Map<string, Step[]>()
  for (const step of open) {
    const key = placeKey(step.edge[0])
    starts.set(key, [...(starts.get(key) ?? []), step])
  }
  const rings: Step[][] = []
  const done = new Set<Step>()
  for (const first of open) {
    const ring: Step[] = []
    for (let step: Step | undefined = first; step && !done.has(step); ) {
      done.add(step)
      ring.push(step)
      const before: Edge = step.edge
      step = (starts.get(placeKey(before[1])) ?? [])
        .filter((next) => !done.has(next) || next === first)
        .toSorted((a, b) => bend(before, a.edge) - bend(before, b.edge))[0]
    }
    if (ring.length > 2 && Position.isSame(ring.at(-1)!.edge[1], first.edge[0])) rings.push(ring)
  }
  return rings
}

/** Return by how much a path turns left from one edge to the next, -pi to pi. */
function bend([a, b]: Edge, [, c]: Edge): number {
  const turn = Math.atan2(c[1] - b[1], c[0] - b[0]) - Math.atan2(b[1] - a[1], b[0] - a[0])
  return Math.atan2(Math.sin(turn), Math.cos(turn))
}

/**
 * Return an area with a gap beside it filled: its border along the gap is replaced by the other side of the gap. Null where
 * the two do not share one run of edges.
 */
export function filled(geometry: Geometry, gap: Ring): Geometry | null {
  if (geometry.kind !== 'polygon') return null
  const keys = gap.map(placeKey)
  const ring = geometry.exterior
  const n = ring.length
  const isShared = (i: number) => {
    const [a, b] = [keys.indexOf(placeKey(ring[i % n]!)), keys.indexOf(placeKey(ring[(i + 1) % n]!))]
    return a >= 0 && b >= 0 && [1, keys.length - 1].includes(Math.abs(a - b))
  }
  const runs = ring.flatMap((_, i) => (isShared(i) && !isShared(i + n - 1) ? [i] : []))
  if (runs.length !== 1) return null
  const start = runs[0]!
  let length = 1
  while (isShared(start + length)) length++
  const [from, to] = [
    keys.indexOf(placeKey(ring[start]!)),
    keys.indexOf(placeKey(ring[(start + length) % n]!)),
  ]
  const next = keys.indexOf(placeKey(ring[(start + 1) % n]!))
  const step = (next - from + keys.length) % keys.length === 1 ? -1 : 1
  const around: Position[] = []
  for (
    let i = (from + step + keys.length) % keys.length;
    i !== to;
    i = (i + step + keys.length) % keys.length
  )
    around.push([gap[i]![0], gap[i]![1]])
  const rest = Array.from({ length: n - length + 1 }, (_, i) => ring[(start + length + i) % n]!)
  const exterior = [...rest, ...around]
  const made = { ...geometry, exterior }
  const isWhole = !selfClashes(made).length && Math.abs(areaOf(exterior)) > Math.abs(areaOf(ring))
  return isWhole ? made : null
}

function keyOf([a, b]: Edge): string {
  return `${placeKey(a)} ${placeKey(b)}`
}
