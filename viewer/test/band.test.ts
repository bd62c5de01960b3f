import { describe, expect, test } from 'vitest'
import { Bounds } from '../src/math/bounds'
import type { Polygon, Polyline } from '../src/model/geometry'
import { boundsOf } from '../src/shapes/hit'
import { ToolSettings } from '../src/tools/parts/settings'
import { polygonRegular } from '../src/tools/polygon-regular'
import { polylineBand } from '../src/tools/polyline-band'
import { at, clicks, drag, FakeContext, quiet } from './fake-context'

class SetContext extends FakeContext {
  settings = ToolSettings.DEFAULT
  set = (settings: ToolSettings) => {
    this.settings = settings
  }
}

describe('bands', () => {
  test('the middle first, then twice the way to its edge', () => {
    const context = quiet(new SetContext())
    const gesture = polylineBand.start(context)
    clicks(gesture, [0, 0], [100, 0])
    expect(gesture.act?.('finish')).toBe(true)
    gesture.move?.(at(50, 8))
    expect(context.current?.geometry).toMatchObject({ width: 16 })
    clicks(gesture, [60, 7])
    gesture.drop?.(at(60, 7))
    expect(context.drawn).toEqual([
      {
        kind: 'polyline',
        frame: 'f',
        path: [
          [0, 0],
          [100, 0],
        ],
        width: 14,
      },
    ])
    expect(context.current).toBeNull()
  })

  test('a set width is taken at once; Esc drops a middle', () => {
    const context = quiet(new SetContext())
    const gesture = polylineBand.start(context)
    clicks(gesture, [0, 0], [100, 0])
    gesture.act?.('finish')
    expect(gesture.act?.('cancel')).toBe(true)
    context.settings = { ...context.settings, width: 3.5 }
    clicks(gesture, [0, 0], [100, 0])
    gesture.act?.('finish')
    expect(context.drawn.map((g) => (g as Polyline).width)).toEqual([3.5])
  })

  test('one typed while its edge is looked for makes it', () => {
    const context = quiet(new SetContext())
    const gesture = polylineBand.start(context)
    clicks(gesture, [0, 0], [100, 0])
    gesture.act?.('finish')
    context.settings = { ...context.settings, width: 5 }
    gesture.refresh?.()
    expect((context.drawn[0] as Polyline).width).toBe(5)
  })

  test('its bounds hold its band', () => {
    const band: Polyline = {
      kind: 'polyline',
      frame: 'f',
      path: [
        [0, 0],
        [100, 0],
      ],
      width: 10,
    }
    expect(Bounds.holds(boundsOf(band)!, [0, -5, 100, 5])).toBe(true)
  })
})

test('a regular polygon has as many corners as are set, by + and − too', () => {
  const context = quiet(new SetContext())
  const gesture = polygonRegular.start(context)
  drag(gesture, at(0, 0), at(0, 50), at(0, 100))
  gesture.key?.('+')
  gesture.key?.('Shift++')
  drag(gesture, at(0, 0), at(0, 50), at(0, 100))
  for (let i = 0; i < 9; i++) gesture.key?.('-')
  drag(gesture, at(0, 0), at(0, 50), at(0, 100))
  const rings = context.drawn.map((g) => (g as Polygon).exterior)
  expect(rings.map((ring) => ring.length)).toEqual([6, 8, 3])
  for (const ring of rings) {
    expect(ring[0]).toEqual([0, 100])
    for (const p of ring) expect(Math.hypot(p[0], p[1])).toBeCloseTo(100, 9)
  }
})
