import { describe, expect, test } from 'vitest'
import { evaluate } from '../src/raster/evaluate'
import { bandsOf, ExpressionError, parse } from '../src/raster/expression'
import type { RasterInfo } from '../src/raster/info'
import { materialOf, UnsupportedOnGpu } from '../src/raster/material'
import { colorsOf } from '../src/raster/ramp'
import { RawTile } from '../src/raster/raw-tile'
import { Picker, Sample } from '../src/raster/sample'
import { BandStatistics } from '../src/raster/statistics'
import { RasterStyle } from '../src/raster/style'
import { bandsFor, layoutOf, marginFor, textureOf } from '../src/raster/texture'
import { TileCache } from '../src/raster/tile-cache'

const NAMES = ['red', 'green', 'blue', 'nir']

const INFO = {
  bands: NAMES.map((name, i) => ({ index: i + 1, name, dtype: 'uint16' })),
  rgb: [1, 2, 3],
  alpha: null,
  presets: [],
} as unknown as RasterInfo

const BYTES = { ...INFO, bands: INFO.bands.map((band) => ({ ...band, dtype: 'uint8' })) } as RasterInfo

/** Write a raw tile as docs/formats/raw-tile.md says, the other way round than `RawTile.parse` reads it. */
function written(
  type: number,
  flags: number,
  size: readonly [number, number, number],
  body: readonly number[],
  valid: readonly number[] = [],
) {
  const [bands, width, height] = size
  const bytes = new Uint8Array(16 + body.length + valid.length)
  bytes.set([...'G3R1'].map((c) => c.charCodeAt(0)))
  bytes.set([type, flags, bands & 255, bands >> 8, width & 255, width >> 8, height & 255, height >> 8], 4)
  bytes.set(body, 16)
  bytes.set(valid, 16 + body.length)
  return bytes.buffer
}

describe('raw tiles', () => {
  test('bytes as they are', () => {
    const tile = RawTile.parse(written(1, 0, [2, 2, 1], [1, 2, 250, 251]))
    expect(tile).toMatchObject({ bands: 2, width: 2, height: 1, valid: null })
    expect([...(tile.values as Uint8Array)]).toEqual([1, 2, 250, 251])
  })

  test('differences wrap around, split bytes come together, validity is by bits', () => {
    // uint16 row 258, 3, 65535: differences 258, 65281, 65532; low bytes first, then high bytes
    const differences = [258, (3 - 258 + 65536) % 65536, 65535 - 3]
    const body = [...differences.map((d) => d & 255), ...differences.map((d) => d >> 8)]
    const tile = RawTile.parse(written(3, 1 | 2 | 4, [1, 3, 1], body, [0b101]))
    expect([...(tile.values as Uint16Array)]).toEqual([258, 3, 65535])
    expect([...tile.valid!]).toEqual([1, 0, 1])
  })

  test('an empty tile has no data anywhere', () => {
    const tile = RawTile.parse(written(7, 8, [3, 2, 2], []))
    expect(tile.values).toHaveLength(12)
    expect([...tile.valid!]).toEqual([0, 0, 0, 0])
  })

  test('something else is refused', () => {
    expect(() => RawTile.parse(new ArrayBuffer(40))).toThrow('no raw tile')
    expect(() => RawTile.parse(written(99, 0, [1, 1, 1], [0]))).toThrow('unknown type')
  })

  test('a texture has the bands of a pixel together, the mask last', () => {
    const tile = RawTile.parse(written(1, 1, [2, 2, 1], [1, 2, 10, 20], [0b01]))
    // the pixel without data borrows the values of its neighbour, but not its mask
    expect([...textureOf(tile, layoutOf([1, 2], BYTES))]).toEqual([1, 10, 255, 1, 10, 0])
    const wide = RawTile.parse(written(3, 0, [1, 2, 1], [1, 0, 0, 1]))
    expect(textureOf(wide, layoutOf([1], INFO))).toEqual(new Float32Array([1, 1, 256, 1]))
  })

  test('heights travel with a margin, and their texture says how large a pixel is', () => {
    const heights = { ...INFO, bands: [{ ...INFO.bands[0]!, color: 'elevation' }], rgb: [1] } as RasterInfo
    expect([marginFor(heights), marginFor(INFO)]).toEqual([1, 0])
    const layout = layoutOf([1], heights)
    const tile = RawTile.parse(written(3, 0, [1, 2, 1], [1, 0, 0, 1]))
    expect(textureOf(tile, layout, [2, 3])).toEqual(new Float32Array([1, 1, 2, 3, 256, 1, 2, 3]))
    const shade = { ...RasterStyle.first(heights), shade: RasterStyle.LIGHT }
    const first = materialOf(shade, heights, [[0, 9]], layout)
    const other = materialOf(
      { ...shade, shade: { azimuth: 90, altitude: 20, zFactor: 3 } },
      heights,
      [[0, 9]],
      layout,
    )
    expect(other.key).toBe(first.key)
    expect(other.variables.sunUp).toBeCloseTo(Math.sin(Math.PI / 9), 12)
  })
})

describe('expressions', () => {
  const value = (text: string) => evaluate(parse(text, NAMES), (band) => band * 10)

  test('the grammar of the server', () => {
    expect(value('(b4-b1)/(b4+b1)')).toBeCloseTo(0.6, 12)
    expect(value('nir - red')).toBe(30)
    expect(value('2 + 3 * 4 ** 2')).toBe(50)
    expect(value('-b1 ** 2')).toBe(-100)
    expect(value('where(b1 > 5 & !(b2 == 20), 1, 2)')).toBe(2)
    expect(value('clip(b4, 0, 30) + max(b1, b2) + 1e-1')).toBeCloseTo(50.1, 12)
    expect(value('b1 / 0')).toBeNaN()
    expect(bandsOf(parse('(b4-b3)/(b4+b3)', NAMES))).toEqual([4, 3])
  })

  test.each(['', 'b5', 'b1 +', '(b1', 'eval(b1)', 'b1 b2', 'b1; b2', 'min(b1)', 'b1 $ 2'])(
    '%s is refused',
    (text) => {
      expect(() => parse(text, NAMES)).toThrow(ExpressionError)
    },
  )
})

describe('material', () => {
  const layout = layoutOf([1, 2, 3, 4], INFO)
  const ranges = [
    [0, 100],
    [0, 200],
    [0, 300],
  ] as const

  test('another choice of bands, stretch or gamma needs no other shader', () => {
    const first = materialOf(RasterStyle.first(INFO), INFO, ranges, layout)
    const other = materialOf(
      { ...RasterStyle.first(INFO), bands: [4, 3, 2], gamma: 2 },
      INFO,
      [
        [5, 6],
        [7, 8],
        [9, 10],
      ],
      layout,
    )
    expect(other.key).toBe(first.key)
    expect(JSON.stringify(other.color)).toBe(JSON.stringify(first.color))
    expect(other.variables).toMatchObject({ band0: 4, band2: 2, gamma: 2, dark0: 5, bright2: 10 })
  })

  test('bytes come as 0..1 and are scaled back', () => {
    expect(layoutOf([1, 2], BYTES)).toMatchObject({ factor: 255, mask: 3 })
  })

  test('what the GPU has no word for is left to the server', () => {
    const style = { ...RasterStyle.first(INFO), expression: 'log(b1)' }
    expect(() => materialOf(style, INFO, [[0, 1]], layout)).toThrow(UnsupportedOnGpu)
  })

  test('few bands travel together, of many only those that are shown', () => {
    expect(bandsFor(RasterStyle.first(INFO), [], INFO)).toEqual([1, 2, 3, 4])
    const many = {
      ...INFO,
      bands: Array.from({ length: 14 }, (_, i) => ({ ...INFO.bands[0]!, index: i + 1 })),
    }
    expect(bandsFor({ ...RasterStyle.first(INFO), bands: [9, 2, 9] }, [], many)).toEqual([2, 9])
  })
})

test('the query of a style leaves out what is the default', () => {
  const first = RasterStyle.first(INFO)
  expect(RasterStyle.query({ ...first, bands: [4, 3, 2], colormap: 'viridis' })).toBe('bands=4%2C3%2C2')
  const style = { ...first, bands: [], expression: 'b1/2', range: [[0, 1]] as const, contrast: 2 }
  const query = new URLSearchParams(RasterStyle.query(style))
  expect([...query]).toEqual([
    ['expression', 'b1/2'],
    ['range', '0,1'],
    ['contrast', '2'],
  ])
  const stretch = { rule: 'percentile', percent: 1, sigmas: 2, scope: 'file' } as const
  expect(new URLSearchParams(RasterStyle.query({ ...first, stretch })).get('percentiles')).toBe('1,99')
})

test('a style that was kept is read where it fits, and filled up where it is older', () => {
  const kept = JSON.parse(
    JSON.stringify({ bands: [4, 3, 2], expression: null, range: [], gamma: 2, colormap: null }),
  )
  expect(RasterStyle.read(kept, INFO)).toEqual({ ...RasterStyle.first(INFO), bands: [4, 3, 2], gamma: 2 })
  for (const wrong of [null, 'x', { bands: [9] }, { bands: [1, 2] }, { ...kept, gamma: 'much' }])
    expect(RasterStyle.read(wrong, INFO)).toBeNull()
})

test('ranges are never empty', () => {
  const flat = BandStatistics.of(1, Float64Array.of(3, 3, 3))
  const none = BandStatistics.of(1, Float64Array.of(Number.NaN))
  for (const rule of ['minmax', 'percentile', 'sigma', 'auto'] as const) {
    const stretch = { rule, percent: 2, sigmas: 2, scope: 'file' } as const
    expect(BandStatistics.range(flat, stretch, 'uint16')).toEqual([2.5, 3.5])
    expect(BandStatistics.range(none, stretch, 'float32')).toEqual([0, 1])
  }
})

test('statistics of what is in sight, of bands and of expressions', () => {
  const layout = layoutOf([1, 2], BYTES)
  const picker = new Picker(layout)
  // three pixels of two bands and the mask; the second has no data
  picker.add(Uint8Array.of(10, 5, 255, 99, 99, 0, 30, 5, 255), 3, [0, 0, 2, 0], 1)
  const sample = picker.done()
  const [red] = Sample.statistics(sample, { ...RasterStyle.first(BYTES), bands: [1] }, BYTES)
  expect(red).toMatchObject({ n_valid: 2, minimum: 10, maximum: 30, mean: 20, std: 10 })
  expect(red!.histogram).toMatchObject({ low: 9.5, high: 30.5 })
  expect(red!.histogram!.counts.reduce((a, b) => a + b)).toBe(2)
  const [ratio] = Sample.statistics(
    sample,
    { ...RasterStyle.first(BYTES), bands: [], expression: 'b1/b2' },
    BYTES,
  )
  expect(ratio).toMatchObject({ minimum: 2, maximum: 6 })
  expect(Sample.statistics(sample, RasterStyle.first(BYTES), BYTES)).toEqual([])
})

test('ramps have 256 colours and end where their anchors do', () => {
  const colors = colorsOf('rdylgn')
  expect(colors).toHaveLength(256)
  expect(colors[0]).toBe('rgb(165 0 38)')
  expect(colors[255]).toBe('rgb(0 104 55)')
})

test('the cache keeps what was used last and forgets failures', async () => {
  const cache = new TileCache<{ byteLength: number }>(100)
  const loads: string[] = []
  const load = (key: string, byteLength = 60) =>
    cache.get(key, async () => {
      loads.push(key)
      return { byteLength }
    })
  await load('a')
  await load('a')
  await load('b')
  await load('a')
  expect(loads).toEqual(['a', 'b', 'a'])
  await expect(cache.get('c', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await load('c', 1)
  expect(loads.at(-1)).toBe('c')
})
