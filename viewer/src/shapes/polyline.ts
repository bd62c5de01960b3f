import type { MultiPolyline, Polyline } from '../model/geometry'
import { freeShape } from './free'

export const polyline = freeShape<Polyline>({
  kind: 'polyline',
  title: 'Polyline',
  chains: (geometry) => [{ path: geometry.path, role: 'line', part: 0 }],
  rebuilt: (geometry, chains) => ({ ...geometry, path: chains[0]!.path }),
})

export const multipolyline = freeShape<MultiPolyline>({
  kind: 'multipolyline',
  title: 'Multi-polyline',
  chains: (geometry) => geometry.paths.map((path, part) => ({ path, role: 'line', part })),
  rebuilt: (geometry, chains) => ({ ...geometry, paths: chains.map((c) => c.path) }),
})
