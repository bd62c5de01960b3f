import { describe, expect, test } from 'vitest'
import { slic } from '../src/math/slic'
import { Region } from '../src/model/region'
import { paintPolygon } from '../src/tools/paint-polygon'
import { superpixels } from '../src/tools/superpixels'
import { wand } from '../src/tools/wand'
import { Patches } from '../src/views/patches'
import { at, clicks, drag, FakeContext, FakePainting } from './fake-context'

function painting(): { context: FakeContext; desk: FakePainting } {
  const context = new FakeContext()
  const desk = new FakePainting()
  context.painting = desk
  return { context, desk }
}

/** Let what was promised come. */
const settle = () => new Promise((resolve) => setTimeout(resolve))

const FOUND = Region.cells(Uint8Array.of(1, 0, 1, 1), { column: 4, row: 4, width: 2, height: 2, factor: 1 })

describe('filled polygon', () => {
  test('clicked corners are filled by Enter, exactly there', () => {
    const { context, desk } = painting()
    const gesture = paintPolygon.start(context)
    for (const [x, y] of [
      [0.2, 0.1],
      [50.3, 0],
      [50, 40],
      [90, 90],
    ] as const) {
      gesture.down?.(at(x, y))
      gesture.drop?.(at(x, y))
    }
    gesture.act?.('back')
    expect(gesture.act?.('finish')).toBe(true)
    expect(desk.painted).toEqual([
      {
        region: Region.polygon([
          [0.2, 0.1],
          [50.3, 0],
          [50, 40],
        ]),
        isErasing: false,
      },
    ])
    expect(context.current).toBeNull()
  })

  test('a drag around fills when it ends; Alt erases; Esc forgets', () => {
    const { context, desk } = painting()
    const gesture = paintPolygon.start(context)
    drag(gesture, at(0, 0), at(40, 0), at(40, 40), at(0, 40, { alt: true }))
    expect(desk.painted[0]?.isErasing).toBe(true)
    clicks(gesture, [0, 0], [50, 0])
    expect(gesture.act?.('cancel')).toBe(true)
    expect(gesture.act?.('finish')).toBe(false)
    expect(desk.painted).toHaveLength(1)
  })
})

describe('wand', () => {
  test('a press paints what is alike; a drag changes the tolerance, which is kept', async () => {
    const { context, desk } = painting()
    desk.found = FOUND
    const gesture = wand.start(context)
    gesture.down?.(at(10, 10))
    await settle()
    expect(desk.shown).toEqual([FOUND])
    gesture.drag?.(at(40, 10))
    await settle()
    expect(context.current?.label?.text).toBe('tolerance 13 %')
    gesture.drop?.(at(40, 10))
    expect(desk.painted).toEqual([{ region: FOUND, isErasing: false }])
    expect(desk.tolerances).toEqual([8, 13])
    expect(desk.options.tolerance).toBe(13)
  })

  test('a quick click waits for the answer; Esc and nothing found paint nothing', async () => {
    const { context, desk } = painting()
    const gesture = wand.start(context)
    gesture.down?.(at(10, 10))
    gesture.drop?.(at(10, 10))
    await settle()
    expect(desk.painted).toEqual([])
    expect(desk.nCancelled).toBe(1)
    desk.found = FOUND
    gesture.down?.(at(10, 10, { isRight: true }))
    gesture.drop?.(at(10, 10))
    await settle()
    expect(desk.painted).toEqual([{ region: FOUND, isErasing: true }])
    gesture.down?.(at(10, 10))
    await settle()
    expect(gesture.act?.('cancel')).toBe(true)
    gesture.drop?.(at(10, 10))
    expect(desk.painted).toHaveLength(1)
  })
})

describe('superpixels', () => {
  test('a drag paints each patch that it comes over, once; what is hovered is shown', async () => {
    const { context, desk } = painting()
    const plane = Float32Array.from({ length: 40 * 20 }, (_, i) => (i % 40 < 20 ? 0 : 100))
    const pixels = { width: 40, height: 20, bands: [plane], ranges: [100], valid: null }
    const piece = { column: 10, row: 5, width: 40, height: 20, factor: 2 }
    const groups = new Patches(
      { ...slic(pixels, { step: 20, compactness: 5 }), piece },
      (place) => place,
      () => true,
    )
    desk.patches = groups
    const gesture = superpixels.start(context)
    await settle()
    expect(context.current?.stencils).toEqual([groups.outlines])
    gesture.move?.(at(30, 20))
    expect(context.current?.stencils).toHaveLength(2)
    drag(gesture, at(30, 20), at(32, 20), at(90, 20), at(91, 20))
    const [painted] = desk.painted
    expect(painted!.region).toMatchObject({ offset: [20, 10], size: [40, 20], scale: 2, counts: [0, 800] })
    expect(desk.shown).toHaveLength(2)
    drag(gesture, at(30, 20, { alt: true }), at(31, 20, { alt: true }))
    expect(desk.painted[1]).toMatchObject({ isErasing: true, region: { size: [20, 20] } })
    gesture.key?.(']')
    expect(desk.options.patch).toBe(40)
    gesture.stop()
    expect(context.current).toBeNull()
  })
})
