import { expect, test } from 'vitest'
import { LabelLayer } from '../src/views/map/label-layer'
import { Plane } from '../src/views/map/plane'

const place = {
  frame: { kind: 'pixel', id: 'a.pixel', size: [100, 100], parent: null, link: null },
  asset: 'a',
  pixel: { kind: 'pixel', id: 'a.pixel', size: [100, 100], parent: null, link: null },
  affine: null,
} as const

test('tiles are asked for anew although the revision is the same: more of it has become known', () => {
  const tiles = { url: (z: number, x: number, y: number, v: number) => `${z}/${x}/${y}?v=${v}`, revision: 3 }
  const labels = new LabelLayer(tiles, Plane.labelGrid(), Plane.of(place))
  const source = labels.layer.getSource()!
  const keys = new Set<string>()
  let n = 0
  source.on('change', () => {
    n++
    keys.add(source.getKey())
  })
  labels.refresh([{ revision: 4, extent: null, except: null }])
  labels.refresh([{ revision: 4, extent: [10, 10, 20, 20], except: null }])
  expect([n, keys.size]).toEqual([2, 2])
})
