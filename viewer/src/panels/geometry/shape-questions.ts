import type { Operation } from '../../document/operations'

/** What a dialog asks for. */
export type Question =
  | {
      readonly kind: 'number'
      readonly name: string
      readonly label: string
      readonly hint?: string
      readonly min?: number
      readonly max?: number
      readonly step?: number
    }
  | {
      readonly kind: 'choice'
      readonly name: string
      readonly label: string
      readonly hint?: string
      readonly options: readonly { readonly value: string; readonly title: string }[]
    }

export type Values = { readonly [name: string]: number | string | null }

/** Where a dialog starts from: a length of some screen pixels, and whether metres mean something here. */
export interface Start {
  readonly length: number
  readonly isOnEarth: boolean
}

/** An operation that asks for numbers first. */
export interface Asked {
  readonly questions: readonly Question[]
  start(given: Start): Values
  /** Return the operation that the values mean; null while some are missing. */
  operation(values: Values): Operation | null
}

const UNIT: Question = {
  kind: 'choice',
  name: 'unit',
  label: 'Unit',
  options: [
    { value: 'metre', title: 'metres on the ground' },
    { value: 'frame', title: 'units of its frame (pixels, degrees, …)' },
  ],
}
const JOIN: Question = {
  kind: 'choice',
  name: 'join',
  label: 'Corners',
  options: [
    { value: 'round', title: 'round' },
    { value: 'mitre', title: 'pointed' },
    { value: 'bevel', title: 'cut off' },
  ],
}
const SEGMENTS: Question = {
  kind: 'number',
  name: 'segments',
  label: 'Edges per quarter circle',
  min: 1,
  max: 64,
  step: 1,
}

const unitOf = ({ isOnEarth }: Start) => (isOnEarth ? 'metre' : 'frame')

/** Whether what is made takes the place of what it is made of. */
const RESULT: Question = {
  kind: 'choice',
  name: 'result',
  label: 'The result',
  options: [
    { value: 'replace', title: 'replaces the object' },
    { value: 'beside', title: 'is a new object' },
  ],
}

/** Return how values are read as an operation of a name: null while one of the numbers does not fit. */
function reader(name: Operation['operation'], fits: { readonly [value: string]: (n: number) => boolean }) {
  return (values: Values): Operation | null => {
    const isWhole = Object.entries(fits).every(([key, isFit]) => {
      const value = values[key]
      return typeof value === 'number' && Number.isFinite(value) && isFit(value)
    })
    const { result: _, ...options } = values
    return isWhole ? ({ operation: name, options } as unknown as Operation) : null
  }
}

/** Numbers of operations that go beside a shape. */
const BESIDE = { distance: (n: number) => n !== 0, segments: () => true }

export const BUFFER: Asked = {
  questions: [
    { kind: 'number', name: 'distance', label: 'Distance', hint: 'Negative numbers shrink areas.' },
    UNIT,
    JOIN,
    {
      kind: 'choice',
      name: 'cap',
      label: 'Ends of lines',
      options: [
        { value: 'round', title: 'round' },
        { value: 'flat', title: 'flat' },
        { value: 'square', title: 'square' },
      ],
    },
    SEGMENTS,
    RESULT,
  ],
  start: (given) => ({
    distance: given.length,
    unit: unitOf(given),
    join: 'round',
    cap: 'round',
    segments: 8,
    result: 'replace',
  }),
  operation: reader('buffer', BESIDE),
}

export const OFFSET: Asked = {
  questions: [
    {
      kind: 'number',
      name: 'distance',
      label: 'Distance',
      hint: 'Negative numbers go to the other side.',
    },
    UNIT,
    JOIN,
    SEGMENTS,
    RESULT,
  ],
  start: (given) => ({
    distance: given.length,
    unit: unitOf(given),
    join: 'round',
    segments: 8,
    result: 'replace',
  }),
  operation: reader('offset', BESIDE),
}

export const SIMPLIFY: Asked = {
  questions: [
    {
      kind: 'choice',
      name: 'method',
      label: 'Drop vertices by',
      options: [
        { value: 'distance', title: 'distance: how far the outline may move (Douglas-Peucker)' },
        { value: 'area', title: 'area: side of the largest triangle that may go (Visvalingam)' },
      ],
    },
    { kind: 'number', name: 'tolerance', label: 'Tolerance', min: 0 },
    UNIT,
  ],
  start: (given) => ({ method: 'distance', tolerance: given.length, unit: unitOf(given) }),
  operation: reader('simplify', { tolerance: (n) => n > 0 }),
}

export const SMOOTH: Asked = {
  questions: [
    {
      kind: 'choice',
      name: 'style',
      label: 'How',
      options: [
        { value: 'corners', title: 'cut corners (Chaikin)' },
        { value: 'spline', title: 'curve through all vertices (Catmull-Rom)' },
      ],
    },
    {
      kind: 'number',
      name: 'steps',
      label: 'Steps',
      hint: 'Each step doubles the vertices.',
      min: 1,
      max: 6,
      step: 1,
    },
  ],
  start: () => ({ style: 'corners', steps: 3 }),
  operation: reader('smooth', { steps: (n) => n >= 1 && n <= 6 }),
}
