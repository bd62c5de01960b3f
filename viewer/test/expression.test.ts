import { expect, test } from 'vitest'
import { Annotation } from '../src/model/annotation'
import { Expression, ExpressionProblem, type Facts } from '../src/model/expression'

const MADE = Annotation.make({
  scene: 's',
  label: 'road_7',
  geometry: { kind: 'point', frame: 'f', position: [0, 0] },
  actor: 'id-of-ada',
  tool: 'point',
  now: new Date('2026-11-20T16:30:00Z'),
})
const FACTS: Facts = {
  annotation: {
    ...MADE,
    fid: 12,
    attributes: { width: 3.5, name: 'Main Street', paved: true, uses: ['cars', 'bikes'], class: 'B' },
  },
  title: 'Road',
  author: 'Ada',
  area: 12_000,
  length: 250,
}

const TRUE = [
  'class = Road',
  'class = "road"',
  "CLASS = 'road_7'",
  'class = Road and width > 3 and state = draft',
  'width >= 3.5 and width <= 3.5',
  'width = 3.50',
  'width != 4',
  'name ~ street',
  'name = "main street"',
  'paved = yes',
  'paved = true',
  'paved != no',
  'uses = bikes',
  'uses != trams',
  'uses ~ bik',
  'attribute.class = B',
  '"attribute.class" is null',
  'kind = point',
  'state in (draft, submitted)',
  'state not in (accepted, rejected)',
  'author = ada',
  'date = 2026-11-20',
  'date <= 2026-11-20',
  'date >= 2026-11-20 and date < 2026-11-21',
  'date > 2026-11-19',
  'tool = point and method = manual',
  'score is null',
  'number = 12',
  'width is not null',
  'depth is null',
  'depth = null',
  'area > 1ha',
  'area = 12000m2',
  'length < 1km',
  'length>200m',
  'not class = Lake',
  'not (class = Lake or state = accepted)',
  'class = Lake or class = Road and width > 3',
  '(class = Lake or class = Road) and (((width > 3)))',
  'width in (1, 3.5)',
]
const FALSE = [
  'class = Lake',
  'width > 3.5',
  'width = wide',
  'width > wide',
  'depth > 0',
  'depth ~ 1',
  'paved = no',
  'paved = maybe',
  'date < 2026-11-20',
  'class = Lake and width > 3 or state = accepted',
  'area > 2ha',
  'constructor is not null',
  'toString = 1',
]

test.each(TRUE)('%s', (line) => expect(Expression.parse(line).test(FACTS)).toBe(true))
test.each(FALSE)('not: %s', (line) => expect(Expression.parse(line).test(FACTS)).toBe(false))

test('of what has no size nothing is said', () => {
  const unknown = { ...FACTS, area: null, length: null }
  expect(Expression.parse('area > 0 or length > 0').test(unknown)).toBe(false)
  expect(Expression.parse('area is null').test(unknown)).toBe(true)
})

test.each([
  ['', 0, 'Write'],
  ['class', 5, 'One of'],
  ['class =', 7, 'A value'],
  ['class = Road width > 3', 13, 'and, or'],
  ['class = "Road', 8, 'not closed'],
  ['(class = Road', 13, '“)”'],
  ['class = Road)', 12, 'and, or'],
  ['and class = Road', 4, 'One of'],
  ['class = Road and', 16, 'A field'],
  ['= Road', 0, 'A field'],
  ['width is 3', 9, 'null'],
  ['width in 3', 9, '“(”'],
  ['width in (3', 11, '“,”'],
  ['width ! 3', 6, 'nothing'],
  ['width not 3', 10, 'in'],
  ['('.repeat(500), 100, 'brackets'],
])('%j is told of at %i', (line, at, text) => {
  try {
    Expression.parse(line)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionProblem)
    expect((error as ExpressionProblem).message).toContain(text)
    expect((error as ExpressionProblem).at).toBe(at)
  }
})

test('it says whether sizes are asked, which take time to find', () => {
  expect(Expression.parse('class = Road').isAboutSize).toBe(false)
  expect(Expression.parse('class = Road or not area < 3').isAboutSize).toBe(true)
})

test.each(['road', 'main street', '#12', 'in'])('%j is free text', (line) =>
  expect(Expression.isMeant(line)).toBe(false),
)
test.each(['class = Road', 'width>3', 'depth is null', 'state in (draft)'])('%j is an expression', (line) =>
  expect(Expression.isMeant(line)).toBe(true),
)
