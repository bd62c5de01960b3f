import { Position } from '../../math/position'
import { placeKey } from '../../shapes/mesh'

/** Where one can go straight from each place, by the place's key. */
export type Ways = Map<string, Position[]>

interface Step {
  readonly place: Position
  /** Length of the way so far. */
  readonly length: number
  readonly before: Step | null
}

/** Return the shortest way between two places, both included (Dijkstra); null where none leads there. */
export function shortest(ways: Ways, from: Position, to: Position): readonly Position[] | null {
  const done = new Set<string>()
  const open = new StepHeap()
  open.push({ place: from, length: 0, before: null })
  for (let step = open.pop(); step; step = open.pop()) {
    const key = placeKey(step.place)
    if (done.has(key)) continue
    done.add(key)
    if (Position.isSame(step.place, to)) return placesOf(step)
    for (const place of ways.get(key) ?? [])
      if (!done.has(placeKey(place)))
        open.push({ place, length: step.length + Position.distance(step.place, place), before: step })
  }
  return null
}

function placesOf(last: Step): Position[] {
  const places: Position[] = []
  for (let step: Step | null = last; step; step = step.before) places.push(step.place)
  return places.reverse()
}

/** Steps of which the shortest comes out first: a binary heap. */
class StepHeap {
  readonly #steps: Step[] = []

  push(step: Step): void {
    const steps = this.#steps
    let at = steps.push(step) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (steps[above]!.length <= step.length) break
      steps[at] = steps[above]!
      at = above
    }
    steps[at] = step
  }

  pop(): Step | null {
    const steps = this.#steps
    const [first, last] = [steps[0], steps.pop()]
    if (!first || !last) return null
    if (!steps.length) return first
    let at = 0
    for (let below = 1; below < steps.length; below = 2 * at + 1) {
      if (below + 1 < steps.length && steps[below + 1]!.length < steps[below]!.length) below++
      if (steps[below]!.length >= last.length) break
      steps[at] = steps[below]!
      at = below
    }
    steps[at] = last
    return first
  }
}
