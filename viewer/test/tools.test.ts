import { describe, expect, test } from 'vitest'
import type { Box, Polygon } from '../src/model/geometry'
import { TOOLS } from '../src/tools'
import { box } from '../src/tools/box'
import { cutHole } from '../src/tools/cut-hole'
import { familiesOf } from '../src/tools/family'
import { point } from '../src/tools/point'
import { polygon } from '../src/tools/polygon'
import { polyline } from '../src/tools/polyline'
import { select } from '../src/tools/select'
import { at, clicks, drag, FakeContext, square } from './fake-context'

const SQUARE = square()

test('every tool has its own id and key', () => {
  expect(new Set(TOOLS.map((tool) => tool.id)).size).toBe(TOOLS.length)
  const families = familiesOf(TOOLS)
  expect(new Set(families.map((family) => family.key)).size).toBe(families.length)
})

describe('polygon', () => {
  test('Enter finishes with exactly the clicked positions', () => {
    const context = new FakeContext()
    const gesture = polygon.start(context)
    clicks(gesture, [0.1, 0.2], [50.3, 0], [50, 50])
    expect(context.current?.label?.text).toBe('measured')
    expect(gesture.act?.('finish')).toBe(true)
    expect(context.drawn).toEqual([
      {
        kind: 'polygon',
        frame: 'f',
        exterior: [
          [0.1, 0.2],
          [50.3, 0],
          [50, 50],
        ],
        holes: [],
      },
    ])
    expect(context.current).toBeNull()
  })

  test('a click on the first corner closes; a double click adds no second vertex', () => {
    const context = new FakeContext()
    const gesture = polygon.start(context)
    clicks(gesture, [0, 0], [50, 0], [50, 50], [1, 1])
    expect(context.drawn).toHaveLength(1)
    clicks(gesture, [200, 200], [250, 200], [250, 250], [250, 250])
    gesture.doubleClick?.(at(250, 250))
    expect((context.drawn[1] as Polygon).exterior).toHaveLength(3)
  })

  test('Backspace drops one, Esc all; too few is said, not drawn', () => {
    const context = new FakeContext()
    const gesture = polygon.start(context)
    clicks(gesture, [0, 0], [50, 0], [50, 50])
    gesture.act?.('back')
    gesture.act?.('finish')
    expect(context.told[0]).toContain('3 points')
    expect(gesture.act?.('cancel')).toBe(true)
    expect(gesture.act?.('cancel')).toBe(false)
    expect(context.drawn).toEqual([])
  })

  test('a neighbour vertex catches, to the bit; without snapping it does not', () => {
    const context = new FakeContext()
    context.add('n', {
      ...SQUARE,
      exterior: [
        [0.123456789, 0.1],
        [100, 0],
        [100, 100],
      ],
    })
    const gesture = polygon.start(context)
    clicks(gesture, [4, 3], [300, 0])
    context.isSnapping = false
    clicks(gesture, [96, 3])
    gesture.act?.('finish')
    expect((context.drawn[0] as Polygon).exterior).toEqual([
      [0.123456789, 0.1],
      [300, 0],
      [96, 3],
    ])
  })

  test('an edge catches where no vertex is near', () => {
    const context = new FakeContext()
    context.add('n', SQUARE)
    const gesture = polyline.start(context)
    clicks(gesture, [50, 4], [50, -200])
    gesture.act?.('finish')
    expect(context.drawn[0]).toMatchObject({
      kind: 'polyline',
      path: [
        [50, 0],
        [50, -200],
      ],
    })
  })
})

describe('box and point', () => {
  test('a drag makes a box, two clicks do too, Shift makes a square', () => {
    const context = new FakeContext()
    const gesture = box.start(context)
    drag(gesture, at(10, 10), at(20, 15), at(30, 20))
    drag(gesture, at(110, 110), at(110, 110))
    gesture.down?.(at(150, 140, { shift: true }))
    gesture.drop?.(at(150, 140, { shift: true }))
    expect(context.drawn.map((g) => (g as Box).size)).toEqual([
      [20, 10],
      [40, 40],
    ])
  })

  test('a point lies where it was clicked', () => {
    const context = new FakeContext()
    clicks(point.start(context), [1.25, -7])
    expect(context.drawn).toEqual([{ kind: 'point', frame: 'f', position: [1.25, -7] }])
  })
})

describe('cut hole', () => {
  test('cuts into the polygon around it and leaves its outline alone', () => {
    const context = new FakeContext()
    context.isSnapping = false
    context.add('p', SQUARE)
    const gesture = cutHole.start(context)
    clicks(gesture, [20, 20], [40, 20], [40, 40])
    gesture.act?.('finish')
    const made = context.reshaped[0]!.shapes[0]!.geometry as Polygon
    expect(made.exterior).toBe(SQUARE.exterior)
    expect(made.holes).toEqual([
      [
        [20, 20],
        [40, 20],
        [40, 40],
      ],
    ])
  })

  test('what reaches outside is refused and can be mended', () => {
    const context = new FakeContext()
    context.isSnapping = false
    context.add('p', SQUARE)
    const gesture = cutHole.start(context)
    clicks(gesture, [20, 20], [40, 20], [400, 400])
    gesture.act?.('finish')
    expect(context.told[0]).toContain('inside')
    gesture.act?.('back')
    clicks(gesture, [30, 40])
    gesture.act?.('finish')
    expect(context.reshaped).toHaveLength(1)
  })
})

describe('select', () => {
  const chosen = () => {
    const context = new FakeContext()
    context.isSnapping = false
    context.selection.set(context.add('p', SQUARE))
    return { context, gesture: select.start(context) }
  }

  test('a drag on a vertex moves that vertex only', () => {
    const { context, gesture } = chosen()
    drag(gesture, at(101, 99), at(110, 110), at(120, 130))
    expect(context.reshaped[0]?.message).toBe('Move vertex')
    expect((context.reshaped[0]!.shapes[0]!.geometry as Polygon).exterior).toEqual([
      [0, 0],
      [100, 0],
      [120, 130],
      [0, 100],
    ])
  })

  test('a drag on an edge adds a vertex', () => {
    const { context, gesture } = chosen()
    drag(gesture, at(50, 1), at(50, -30))
    expect((context.reshaped[0]!.shapes[0]!.geometry as Polygon).exterior).toEqual([
      [0, 0],
      [50, -30],
      [100, 0],
      [100, 100],
      [0, 100],
    ])
  })

  test('a drag inside moves all of it', () => {
    const { context, gesture } = chosen()
    drag(gesture, at(50, 50), at(60, 45))
    expect(context.reshaped[0]?.message).toBe('Move object')
    expect((context.reshaped[0]!.shapes[0]!.geometry as Polygon).exterior[0]).toEqual([10, -5])
  })

  test('Alt-click and Del over a vertex drop it; Del elsewhere is not taken', () => {
    const { context, gesture } = chosen()
    gesture.move?.(at(100, 100, { alt: true }))
    expect(gesture.cursor).toBe('not-allowed')
    gesture.down?.(at(100, 100, { alt: true }))
    gesture.drop?.(at(100, 100, { alt: true }))
    expect((context.reshaped[0]!.shapes[0]!.geometry as Polygon).exterior).toHaveLength(3)
    gesture.move?.(at(0, 0))
    expect(gesture.act?.('delete')).toBe(true)
    gesture.move?.(at(50, 50))
    expect(gesture.act?.('delete')).toBe(false)
  })

  test('a drag beside everything is the map’s', () => {
    const { gesture } = chosen()
    expect(gesture.down?.(at(500, 500))).toBe(false)
  })

  test('a click chooses, Ctrl-click adds, a click on nothing chooses nothing', async () => {
    const context = new FakeContext()
    context.add('p', SQUARE)
    context.add('q', square(200))
    const gesture = select.start(context)
    gesture.click?.(at(50, 50))
    await Promise.resolve()
    gesture.click?.(at(250, 50, { ctrl: true }))
    await Promise.resolve()
    expect(context.selection.ids.value).toEqual(['p', 'q'])
    gesture.click?.(at(150, 50))
    await Promise.resolve()
    expect(context.selection.ids.value).toEqual([])
  })

  test('Shift-drag chooses all it meets', async () => {
    const context = new FakeContext()
    context.add('p', SQUARE)
    context.add('q', square(200))
    const gesture = select.start(context)
    drag(gesture, at(-10, -10, { shift: true }), at(210, 50, { shift: true }))
    await Promise.resolve()
    expect(context.selection.ids.value).toEqual(['p', 'q'])
  })

  test('Esc takes a drag back', () => {
    const { context, gesture } = chosen()
    gesture.move?.(at(50, 50))
    gesture.down?.(at(50, 50))
    gesture.drag?.(at(80, 80))
    expect(gesture.act?.('cancel')).toBe(true)
    gesture.drop?.(at(80, 80))
    expect(context.reshaped).toEqual([])
  })
})
