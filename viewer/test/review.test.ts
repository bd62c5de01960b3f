import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Annotation } from '../src/model/annotation'
import { Review, TRANSITIONS } from '../src/model/review'

test('the same state may follow another as on the server', () => {
  const python = readFileSync(resolve(__dirname, '../../geo3d/labels/review.py'), 'utf8')
  const theirs = [...python.matchAll(/^ {8}\("(\w+)", "(\w+)"\),$/gm)].map(([, a, b]) => `${a} ${b}`)
  const ours = Object.entries(TRANSITIONS).flatMap(([a, all]) => all.map((b) => `${a} ${b}`))
  expect(theirs.length).toBeGreaterThan(0)
  expect(ours.toSorted()).toEqual(theirs.toSorted())
})

test('nobody judges own work while there is somebody else', () => {
  const made = Annotation.make({ scene: 's', label: 'tree', geometry: null, actor: 'ada', tool: 'point' })
  const submitted = Annotation.inState(made, 'submitted')
  expect(Review.allows(submitted, 'accepted', { id: 'ada', nMembers: 2 })).toBe(false)
  expect(Review.allows(submitted, 'accepted', { id: 'ada', nMembers: 1 })).toBe(true)
  expect(Review.allows(submitted, 'accepted', { id: 'bob', nMembers: 2 })).toBe(true)
  expect(Review.allows(submitted, 'draft', { id: 'ada', nMembers: 2 })).toBe(true)
  expect(Review.allows(made, 'accepted', { id: 'bob', nMembers: 2 })).toBe(true)
  expect(Review.allows(made, 'rejected', { id: 'ada', nMembers: 2 })).toBe(false)
})
