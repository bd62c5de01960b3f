import { expect, test } from 'vitest'
import { GeoText } from '../src/model/geo-text'

const SQUARE = [
  [0, 0],
  [4, 0],
  [4, 4],
]

test('a GeoJSON feature keeps its properties; rings lose the closing repetition', () => {
  const geometry = { type: 'Polygon', coordinates: [[...SQUARE, [0, 0]]] }
  const found = GeoText.parse(JSON.stringify({ type: 'Feature', geometry, properties: { class: 'Road' } }))
  expect(found).toEqual({
    crs: 'EPSG:4326',
    shapes: [
      {
        geometry: { kind: 'polygon', frame: '', exterior: SQUARE, holes: [] },
        properties: { class: 'Road' },
      },
    ],
  })
})

test('collections are taken apart; what is broken is left out', () => {
  const features = [
    {
      type: 'Feature',
      geometry: {
        type: 'MultiPoint',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      },
      properties: null,
    },
    { type: 'Feature', geometry: { type: 'LineString', coordinates: [[1, 2]] }, properties: {} },
    { type: 'Feature', geometry: null, properties: {} },
    {
      type: 'Feature',
      geometry: { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [5, 6, 7] }] },
      properties: {},
    },
  ]
  const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::25832' } }
  const found = GeoText.parse(JSON.stringify({ type: 'FeatureCollection', features, crs }))
  expect(found?.crs).toBe('EPSG:25832')
  expect(found?.shapes.map(({ geometry }) => geometry)).toEqual([
    { kind: 'point', frame: '', position: [1, 2] },
    { kind: 'point', frame: '', position: [3, 4] },
    { kind: 'point', frame: '', position: [5, 6, 7] },
  ])
})

test.each([
  ['POINT (1 2)', { kind: 'point', position: [1, 2] }],
  ['point z(1 -2.5e3 3)', { kind: 'point', position: [1, -2500, 3] }],
  ['LINESTRING(0 0, 4 0, 4 4)', { kind: 'polyline', path: SQUARE }],
  [
    'POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))',
    {
      kind: 'polygon',
      exterior: SQUARE,
      holes: [
        [
          [1, 1],
          [2, 1],
          [2, 2],
        ],
      ],
    },
  ],
  [
    'MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))',
    { kind: 'multipolygon', parts: [{ exterior: SQUARE, holes: [] }] },
  ],
  ['MultiLineString ((0 0, 4 0, 4 4))', { kind: 'multipolyline', paths: [SQUARE] }],
])('%s', (text, expected) => {
  const found = GeoText.parse(text)
  expect(found?.crs).toBeNull()
  expect(found?.shapes.map(({ geometry }) => geometry)).toEqual([{ ...expected, frame: '' }])
})

test('several points are several objects, in both spellings; a code may stand before', () => {
  for (const text of ['SRID=32614;MULTIPOINT (1 2, 3 4)', 'srid=32614; multipoint((1 2), (3 4))']) {
    const found = GeoText.parse(text)
    expect(found?.crs).toBe('EPSG:32614')
    expect(found?.shapes.map(({ geometry }) => geometry)).toEqual([
      { kind: 'point', frame: '', position: [1, 2] },
      { kind: 'point', frame: '', position: [3, 4] },
    ])
  }
})

test('several lines of WKT are several objects', () => {
  const found = GeoText.parse('POINT (1 2)\nGEOMETRYCOLLECTION (POINT (3 4), LINESTRING (0 0, 4 0, 4 4))')
  expect(found?.shapes.map(({ geometry }) => geometry.kind)).toEqual(['point', 'point', 'polyline'])
})

test.each([
  '',
  'hello',
  '{',
  '{"type":"Topology"}',
  'POINT (1',
  'POINT EMPTY',
  'POLYGON ((a b))',
  'pointless (1 2)',
])('no shapes in %j', (text) => expect(GeoText.parse(text)?.shapes ?? []).toEqual([]))
