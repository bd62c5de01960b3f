import { expect, test } from 'vitest'
import { Camera } from '../src/views/camera'

const UTM: Camera = {
  center: [500_123.4567, 4_987_654.3219],
  unitsPerPixel: 0.001,
  size: [1280, 800],
  isYDown: false,
}

test('UTM keeps a millimetre at any zoom', () => {
  for (const unitsPerPixel of [1e-4, 1e-3, 0.1, 10]) {
    const camera = { ...UTM, unitsPerPixel }
    for (const screen of [
      [0, 0],
      [640.5, 400.25],
      [1279, 799],
    ] as const) {
      const back = Camera.toScreen(camera, Camera.toFrame(camera, screen))
      expect(Math.hypot(back[0] - screen[0], back[1] - screen[1]) * unitsPerPixel).toBeLessThan(1e-3)
    }
  }
})

test('y points up on maps and down in pixels', () => {
  expect(Camera.toFrame(UTM, [640, 0])[1]).toBeGreaterThan(UTM.center[1])
  expect(Camera.toFrame({ ...UTM, isYDown: true }, [640, 0])[1]).toBeLessThan(UTM.center[1])
})

test('what fits has its margin', () => {
  const { center, unitsPerPixel } = Camera.fitting([0, 0, 1000, 100], [1000, 800], 100)
  expect(center).toEqual([500, 50])
  expect(unitsPerPixel).toBe(1.25)
})
