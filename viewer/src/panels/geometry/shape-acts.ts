import type { Operation } from '../../document/operations'
import type { Geometry, GeometryKind } from '../../model/geometry'
import type { IconName } from '../kit/icon'
import { type Asked, BUFFER, OFFSET, SIMPLIFY, SMOOTH } from './shape-questions'

/** Something that can be done to the shapes of what is chosen. */
export interface ShapeAct {
  readonly id: string
  readonly title: string
  /** Name of the undo step. */
  readonly message: string
  readonly icon: IconName
  readonly keys?: readonly string[]
  /** Objects that it needs at least. */
  readonly least: number
  isFor(geometry: Geometry): boolean
  /** What is done at once; else `asked` comes first. */
  readonly operation?: Operation
  /** Numbers that a dialog asks for, with a preview on the map. */
  readonly asked?: Asked
}

const AREAS: ReadonlySet<GeometryKind> = new Set(['polygon', 'multipolygon', 'box', 'mask'] as const)
const LINES: ReadonlySet<GeometryKind> = new Set(['polyline', 'multipolyline'] as const)
const isArea = ({ kind }: Geometry) => AREAS.has(kind)
const isLine = ({ kind }: Geometry) => LINES.has(kind)
const isAreaOrLine = (geometry: Geometry) => isArea(geometry) || isLine(geometry)

/** Every act, in the order of menus; a line stands between groups. */
export const SHAPE_ACTS: readonly (readonly ShapeAct[])[] = [
  [
    {
      id: 'merge',
      title: 'Merge into the first chosen',
      message: 'Merge objects',
      icon: 'link',
      keys: ['Shift+M'],
      least: 2,
      isFor: isAreaOrLine,
      operation: { operation: 'merge', options: {} },
    },
    {
      id: 'cut-out',
      title: 'Cut the others out of the first chosen',
      message: 'Cut out',
      icon: 'cut',
      least: 2,
      isFor: isAreaOrLine,
      operation: { operation: 'cut_out', options: {} },
    },
    {
      id: 'explode',
      title: 'Take parts apart',
      message: 'Take parts apart',
      icon: 'layers',
      least: 1,
      isFor: ({ kind }) => kind === 'multipolygon' || kind === 'multipolyline' || kind === 'mask',
      operation: { operation: 'explode', options: {} },
    },
  ],
  [
    {
      id: 'orthogonalise',
      title: 'Make corners right angles',
      message: 'Make corners right angles',
      icon: 'rectangle',
      keys: ['q'],
      least: 1,
      isFor: (geometry) => geometry.kind !== 'box' && isAreaOrLine(geometry),
      operation: { operation: 'orthogonalise', options: { tolerance_degrees: 20 } },
    },
    {
      id: 'buffer',
      title: 'Buffer…',
      message: 'Buffer',
      icon: 'circle',
      keys: ['Shift+B'],
      least: 1,
      isFor: (geometry) => isAreaOrLine(geometry) || geometry.kind === 'point',
      asked: BUFFER,
    },
    {
      id: 'offset',
      title: 'Offset line…',
      message: 'Offset line',
      icon: 'polyline',
      least: 1,
      isFor: isLine,
      asked: OFFSET,
    },
    {
      id: 'simplify',
      title: 'Simplify…',
      message: 'Simplify',
      icon: 'polygon',
      least: 1,
      isFor: isAreaOrLine,
      asked: SIMPLIFY,
    },
    {
      id: 'smooth',
      title: 'Smooth…',
      message: 'Smooth',
      icon: 'freehand',
      least: 1,
      isFor: isAreaOrLine,
      asked: SMOOTH,
    },
  ],
  [
    {
      id: 'remove-holes',
      title: 'Remove holes',
      message: 'Remove holes',
      icon: 'hole',
      least: 1,
      isFor: (geometry) =>
        geometry.kind === 'polygon'
          ? geometry.holes.length > 0
          : geometry.kind === 'multipolygon' && geometry.parts.some(({ holes }) => holes.length > 0),
      operation: { operation: 'remove_holes', options: { up_to: null } },
    },
    {
      id: 'hull',
      title: 'Convex hull',
      message: 'Take the convex hull',
      icon: 'polygon',
      least: 1,
      isFor: isAreaOrLine,
      operation: { operation: 'hull', options: {} },
    },
    {
      id: 'turned-box',
      title: 'Smallest turned box',
      message: 'Take the smallest turned box',
      icon: 'rotated-box',
      least: 1,
      isFor: isAreaOrLine,
      operation: { operation: 'turned_box', options: {} },
    },
    {
      id: 'to-polygon',
      title: 'Convert to polygon',
      message: 'Convert to polygon',
      icon: 'polygon',
      least: 1,
      isFor: (geometry) => isLine(geometry) || geometry.kind === 'box' || geometry.kind === 'mask',
      operation: { operation: 'to_polygon', options: {} },
    },
    {
      id: 'to-polyline',
      title: 'Convert to polyline',
      message: 'Convert to polyline',
      icon: 'polyline',
      least: 1,
      isFor: isArea,
      operation: { operation: 'to_polyline', options: {} },
    },
  ],
]
