import type { Expression } from './expression'

/** Return the value of an expression for one pixel. Truth is 1 and 0; what has no value is NaN. */
export function evaluate(expression: Expression, bandValue: (band: number) => number): number {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'band') return bandValue(expression.index)
  const [a, b, c] = expression.of.map((of) => evaluate(of, bandValue)) as [number, number, number]
  return OPERATIONS[expression.name]!(a, b, c)
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? Number.NaN : a / b),
  '**': (a, b) => a ** b,
  negate: (a) => -a,
  not: (a) => Number(a === 0),
  '&': (a, b) => Number(a !== 0 && b !== 0),
  '|': (a, b) => Number(a !== 0 || b !== 0),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log10: Math.log10,
  floor: Math.floor,
  round: Math.round,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  clip: (a, b, c) => Math.min(Math.max(a, b), c),
  where: (a, b, c) => (a !== 0 ? b : c),
}
