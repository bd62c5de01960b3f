import { describe, expect, test } from 'vitest'
import type { Polygon } from '../src/model/geometry'
import { Border } from '../src/tools/parts/border'
import { bordering } from '../src/tools/parts/bordering'
import { commitBorder } from '../src/tools/parts/commit'
import { FakeContext, square } from './fake-context'

/** Two squares side by side; the second comes only when it is asked for. */
function pair() {
  const context = new FakeContext()
  context.add('a', square(0))
  context.gather = async (places) => {
    asked.push(...places)
    context.add('b', square(100))
  }
  const asked: unknown[] = []
  return { context, asked }
}

const CORNER = { chain: 0, index: 2 } // of the first square: (100, 100)

describe('whoever shares a border follows it', () => {
  test('a typed vertex moves for an owner that was not loaded', async () => {
    const { context, asked } = pair()
    const grasp = { id: 'a', geometry: square(0), ref: CORNER }
    const isDone = await commitBorder(context, 'Edit vertex', grasp, [[100, 100]], (held) =>
      Border.moveVertex(context, held, { position: [104, 103], mark: null }),
    )
    expect([isDone, asked]).toEqual([true, [[100, 100]]])
    const { message, shapes } = context.reshaped[0]!
    expect(message).toBe('Edit vertex of 2 objects')
    expect(shapes.map(({ id }) => id)).toEqual(['a', 'b'])
    for (const { geometry } of shapes) expect((geometry as Polygon).exterior).toContainEqual([104, 103])
  })

  test('hidden owners follow too, locked ones stop it', async () => {
    const { context } = pair()
    context.gather = () => null
    context.add('b', square(100))
    context.near = () => [] // nothing is seen
    context.around = () => [...context.labels.values()]
    const grasp = { id: 'a', geometry: square(0), ref: CORNER }
    const edit = Border.moveVertex(context, grasp, { position: [104, 103], mark: null })
    expect(edit.shapes.map(({ id }) => id)).toEqual(['a', 'b'])
    context.shown = (id) => (id === 'a' ? square(0) : null)
    const locked = Border.moveVertex(context, grasp, { position: [104, 103], mark: null })
    expect(locked.problem?.sentence).toContain('locked')
  })

  test('what changed while it was asked for is not overwritten', async () => {
    const { context } = pair()
    const grasp = { id: 'a', geometry: square(0), ref: CORNER }
    context.shown = () => square(7)
    const isDone = await commitBorder(context, 'Edit vertex', grasp, [[100, 100]], (held) =>
      Border.moveVertex(context, held, { position: [104, 103], mark: null }),
    )
    expect([isDone, context.reshaped, context.told.length]).toEqual([false, [], 1])
  })

  test('where a split meets a shared border the neighbour gets its vertex, to the bit', async () => {
    const { context } = pair()
    const half = (y0: number, y1: number): Polygon => ({
      ...square(0),
      exterior: [
        [0, y0],
        [100, y0],
        [100, y1],
        [0, y1],
      ],
    })
    const cut = 100 / 3
    const made = [{ id: 'a', before: square(0), after: [half(cut, 100), half(0, cut)] }]
    const found = await bordering(context, made)
    expect(found.map(({ id }) => id)).toEqual(['b'])
    expect((found[0]!.geometry as Polygon).exterior).toEqual([
      [100, 0],
      [200, 0],
      [200, 100],
      [100, 100],
      [100, cut],
    ])
    context.aids = { ...context.aids, isTopological: false }
    expect(await bordering(context, made)).toEqual([])
  })
})
