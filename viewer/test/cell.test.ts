import { expect, test } from 'vitest'
import { Cell } from '../src/model/cell'

test('squares cover bounds from the upper left on, cut at the far borders', () => {
  expect(Cell.cover([0, 0, 25, 10], [10, 10], true)).toEqual([
    [0, 0, 10, 10],
    [10, 0, 20, 10],
    [20, 0, 25, 10],
  ])
  expect(Cell.cover([100, 200, 120, 215], [20, 10], false)).toEqual([
    [100, 205, 120, 215],
    [100, 200, 120, 205],
  ])
  // what a sum of tenths leaves over is no cell
  expect(Cell.shape([0, 0, 0.1 + 0.2, 1], [0.1, 1])).toEqual([3, 1])
})

test('the grid is the statuses that name a cell, in reading order, with bounds to the bit', () => {
  const bounds = [0.1 + 0.2, 1e-9, 1 / 3, 5_300_000.123456789] as const
  const low = Cell.make('s', 'map', [0, 0, 10, 10])
  const high = Cell.make('s', 'map', bounds)
  const whole = { ...low, id: 'whole', cell: null }
  const cells = Cell.all([whole, low, high], () => false)
  expect(cells.map(({ id, number }) => [id, number])).toEqual([
    [high.id, 1],
    [low.id, 2],
  ])
  expect(cells[0]!.bounds).toEqual(bounds)
  expect(Cell.all([high, low], () => true)[0]!.id).toBe(low.id)
})

test('a border belongs to one cell alone', () => {
  const [a, b] = Cell.all(
    [Cell.make('s', 'f', [0, 0, 10, 10]), Cell.make('s', 'f', [10, 0, 20, 10])],
    () => true,
  )
  expect([Cell.holds(a!, [10, 5]), Cell.holds(b!, [10, 5])]).toEqual([false, true])
})
