import { expect, test } from 'vitest'
import type { Format } from '../../src/panels/exchange/formats'
import { guessFormat } from '../../src/panels/exchange/formats'
import { classMap } from '../../src/panels/exchange/import-flow'
import { defaultsOf, fieldsOf, type JsonSchema, problemsOf } from '../../src/panels/exchange/schema'

// as pydantic 2 writes it
const SCHEMA: JsonSchema = {
  $defs: {
    Chips: {
      type: 'object',
      properties: {
        size: { type: 'integer', minimum: 64, default: 512, title: 'Size' },
        overlap: { type: 'integer', minimum: 0, default: 0, title: 'Overlap' },
      },
    },
    Side: { enum: ['left', 'right'], type: 'string', title: 'Side' },
  },
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Name', description: 'What it is called.', minLength: 2 },
    decimals: {
      anyOf: [{ type: 'integer', minimum: 0, maximum: 17 }, { type: 'null' }],
      default: null,
      title: 'Decimals',
    },
    styles: { type: 'boolean', default: true, title: 'Styles' },
    coordinates: { enum: ['rfc7946', 'native'], type: 'string', default: 'native', title: 'Coordinates' },
    side: { $ref: '#/$defs/Side', default: 'left', description: 'Which side.' },
    only: { const: 'one', default: 'one', title: 'Only' },
    classes: { type: 'array', items: { type: 'string' }, default: [], title: 'Classes' },
    kinds: {
      type: 'array',
      items: { enum: ['point', 'polygon'], type: 'string' },
      default: ['point'],
      title: 'Kinds',
    },
    chips: { anyOf: [{ $ref: '#/$defs/Chips' }, { type: 'null' }], default: null, title: 'Chips' },
    window: { type: 'array', prefixItems: [{ type: 'integer' }], title: 'Window' } as JsonSchema,
    width: {
      anyOf: [{ type: 'integer' }, { type: 'number' }],
      default: 1,
      exclusiveMinimum: 0,
      title: 'Width',
    },
  },
  required: ['name'],
}
const fields = fieldsOf(SCHEMA)

test('every option of a pydantic model becomes a field', () => {
  expect(fields.map(({ name, kind, isNullable }) => `${name}: ${kind}${isNullable ? '?' : ''}`)).toEqual([
    'name: text',
    'decimals: integer?',
    'styles: boolean',
    'coordinates: choice',
    'side: choice',
    'only: choice',
    'classes: words',
    'kinds: choices',
    'chips: group?',
    'window: json',
    'width: number',
  ])
  const side = fields.find(({ name }) => name === 'side')!
  expect(side.kind === 'choice' && side.choices).toEqual(['left', 'right'])
  expect([side.title, side.hint]).toEqual(['Side', 'Which side.'])
  const chips = fields.find(({ name }) => name === 'chips')!
  expect(chips.kind === 'group' && chips.fields.map(({ name }) => name)).toEqual(['size', 'overlap'])
})

test('a form begins with the defaults', () => {
  const value = defaultsOf(fields)
  expect(value).toMatchObject({
    name: '',
    decimals: null,
    styles: true,
    coordinates: 'native',
    kinds: ['point'],
  })
  expect(value).toMatchObject({ chips: null, classes: [], width: 1 })
})

test('what does not fit is told by its field', () => {
  const value = {
    ...defaultsOf(fields),
    window: [1],
    name: 'x',
    decimals: 18,
    width: 0,
    chips: { size: 1, overlap: 0.5 },
  }
  expect([...problemsOf(fields, value)]).toEqual([
    ['name', 'At least 2 characters.'],
    ['decimals', 'At most 17.'],
    ['chips.size', 'At least 64.'],
    ['chips.overlap', 'A whole number is needed.'],
    ['width', 'More than 0.'],
  ])
  const good = { ...value, name: 'ab', decimals: null, width: 0.5, chips: null }
  expect(problemsOf(fields, good).size).toBe(0)
})

test('the format of a file is guessed by its ending, then by its beginning', () => {
  const format = (name: string, ...extensions: string[]) =>
    ({ name, extensions, reads: true }) as unknown as Format
  const formats = [
    format('coco', '.json'),
    format('geo3d', '.geo3d.jsonl', '.jsonl'),
    format('geojson', '.geojson', '.json'),
    format('geopackage', '.gpkg'),
  ]
  expect(guessFormat('a.GPKG', '', formats)).toBe('geopackage')
  expect(guessFormat('a.geo3d.jsonl', '', formats)).toBe('geo3d')
  expect(guessFormat('a.json', '{"type": "FeatureCollection"', formats)).toBe('geojson')
  expect(guessFormat('a.json', '{"info": {}, "images": [', formats)).toBe('coco')
  expect(guessFormat('a.xyz', '', formats)).toBeNull()
})

test('classes that are to be made are not named', () => {
  expect(
    classMap({ Dach: { kind: 'class', slug: 'roof' }, Baum: { kind: 'new' }, Müll: { kind: 'none' } }),
  ).toEqual({ Dach: 'roof', Müll: null })
})
