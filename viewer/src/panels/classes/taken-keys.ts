import { TOOLS } from '../../tools'

/** Keys that mean something else on the map; a class that came with one keeps its place in the palette. */
export const TAKEN_KEYS: ReadonlySet<string> = new Set([
  ...TOOLS.map((tool) => tool.key),
  'n',
  's',
  't',
  'f',
  'i',
  'r',
  '0',
  'w',
  'g',
  'd',
])
