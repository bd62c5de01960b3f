import { expect, test } from 'vitest'
import { ClassTree } from '../src/model/class-tree'
import type { LabelClass, Ontology } from '../src/model/ontology'

const of = (slug: string, parent: string | null, retired = false) =>
  ({ slug, parent, retired, title: slug, key: null }) as LabelClass
const tree = {
  version: 1,
  classes: [
    of('oak', 'tree'),
    of('tree', 'plant'),
    of('plant', null),
    of('house', null),
    of('fir', 'tree'),
    of('hut', 'gone'),
    of('gone', null, true),
  ],
} as Ontology
const shown = (folded: readonly string[] = []) =>
  ClassTree.places(tree, { oak: 2, fir: 3, tree: 1 }, new Set(folded)).map(
    ({ label, depth, n }) => `${'-'.repeat(depth)}${label.slug} ${n}`,
  )

test('classes stand below their parents, with all that is below counted', () => {
  expect(shown()).toEqual(['plant 6', '-tree 6', '--oak 2', '--fir 3', 'house 0', 'hut 0'])
})

test('what is below a folded class is not listed', () => {
  expect(shown(['tree'])).toEqual(['plant 6', '-tree 6', 'house 0', 'hut 0'])
})

test('a class moves in below the one above it, and out to where its parent is', () => {
  expect(ClassTree.inward(tree, 'house')).toBe('plant')
  expect(ClassTree.inward(tree, 'oak')).toBeNull()
  expect(ClassTree.inward(tree, 'fir')).toBe('oak')
  expect(ClassTree.outward(tree, 'oak')).toBe('plant')
  expect(ClassTree.outward(tree, 'tree')).toBeNull()
  expect(ClassTree.outward(tree, 'house')).toBeUndefined()
})
