import { expect, test } from 'vitest'
import { shortOf, stepsOf } from '../src/views/map/label-cells'

test('counts are told in four characters', () => {
  expect([1, 999, 1000, 1249, 9949, 9950, 56_432, 999_499, 999_500, 1_234_567].map(shortOf)).toEqual([
    '1',
    '999',
    '1.0k',
    '1.2k',
    '9.9k',
    '10k',
    '56k',
    '999k',
    '1.0M',
    '1.2M',
  ])
})

test('shares of a ring fill it', () => {
  for (const counts of [[1], [1, 1, 1], [5, 900, 3, 0], [7, 11, 13, 17, 19]])
    expect(stepsOf(counts.map((n) => ({ n }))).reduce((a, b) => a + b)).toBe(24)
  expect(stepsOf([{ n: 1 }, { n: 3 }])).toEqual([6, 18])
})
