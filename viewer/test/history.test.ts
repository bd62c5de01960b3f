import { expect, test } from 'vitest'
import { Annotation } from '../src/model/annotation'
import type { Ontology } from '../src/model/ontology'
import { differences, isSameContent, type Version } from '../src/panels/history/version-list'

const ONTOLOGY = {
  version: 1,
  classes: [
    { slug: 'road', title: 'Road' },
    { slug: 'lake', title: 'Lake' },
  ],
} as unknown as Ontology
const POINT = { kind: 'point', frame: 'f', position: [0, 0] } as const
const FIRST = Annotation.make({ scene: 's', label: 'road', geometry: POINT, actor: 'me', tool: 't' })

function version(document: Annotation | null): Version {
  return { revision: 1, actor: 'me', message: '', at: '2026-01-01T00:00:00Z', document } as Version
}

test('a version says what it changed', () => {
  const said = (now: Annotation | null, was: Annotation | null | undefined) =>
    differences(version(now), was === undefined ? null : version(was), ONTOLOGY)
  expect(said(FIRST, undefined)).toEqual(['made'])
  expect(said(null, FIRST)).toEqual(['deleted'])
  expect(said(FIRST, null)).toEqual(['brought back'])
  const moved = { ...FIRST, geometry: { ...POINT, position: [1, 0] as const } }
  expect(said(moved, FIRST)).toEqual(['shape'])
  const other = { ...FIRST, label: 'lake', attributes: { depth: 3, kinds: ['a', 'b'] } }
  expect(said(other, FIRST)).toEqual(['class Road → Lake', 'depth none → 3', 'kinds none → a, b'])
  expect(said({ ...FIRST, state: 'submitted' }, FIRST)).toEqual(['draft → submitted'])
  expect(isSameContent(FIRST, { ...FIRST, state: 'submitted', revision: 9 })).toBe(true)
  expect(isSameContent(FIRST, moved)).toBe(false)
})
