import type { MultiPolygon, Polygon } from '../model/geometry'
import { freeShape } from './free'
import type { Chain } from './shape'

type Rings = Pick<Polygon, 'exterior' | 'holes'>

function chainsOf(rings: Rings, part: number): Chain[] {
  return [
    { path: rings.exterior, role: 'exterior', part },
    ...rings.holes.map((path): Chain => ({ path, role: 'hole', part })),
  ]
}

function ringsOf(chains: readonly Chain[], part: number): Rings {
  const own = chains.filter((c) => c.part === part)
  return {
    exterior: own.find((c) => c.role === 'exterior')!.path,
    holes: own.filter((c) => c.role === 'hole').map((c) => c.path),
  }
}

export const polygon = freeShape<Polygon>({
  kind: 'polygon',
  title: 'Polygon',
  chains: (geometry) => chainsOf(geometry, 0),
  rebuilt: (geometry, chains) => ({ ...geometry, ...ringsOf(chains, 0) }),
})

export const multipolygon = freeShape<MultiPolygon>({
  kind: 'multipolygon',
  title: 'Multi-polygon',
  chains: (geometry) => geometry.parts.flatMap(chainsOf),
  rebuilt: (geometry, chains) => ({
    ...geometry,
    parts: geometry.parts.map((_, part) => ringsOf(chains, part)),
  }),
})
