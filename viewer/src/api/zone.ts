import type { Geometry } from '../model/geometry'
import type { Id } from '../model/id'
import { client, dataOf, type Schemas } from './client'

/** Areas that a raster's numbers can be asked for inside of. */
export type Area = Extract<Geometry, { readonly kind: 'polygon' | 'multipolygon' | 'box' }>

export type ZoneStatistics = Required<Schemas['ZoneStatistics']>

/** Return how the numbers of each band of a raster are spread inside an area. */
export function zoneOf(scene: Id, asset: Id, geometry: Area, signal: AbortSignal): Promise<ZoneStatistics> {
  const init = { params: { path: { scene, asset } }, body: { geometry }, signal }
  return dataOf<ZoneStatistics>(client.POST('/api/scenes/{scene}/assets/{asset}/zone', init))
}
