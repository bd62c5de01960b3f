import { BASE } from './client'

/** Return the address of a tile of a raster's native grid; `coord` is z, x, y. */
export function tileUrl(
  asset: string,
  version: string,
  coord: readonly number[],
  ending: string,
  query = '',
): string {
  const path = [asset, version, 'native', ...coord].map((part) => encodeURIComponent(String(part))).join('/')
  return `${BASE}/api/tiles/${path}.${ending}${query ? `?${query}` : ''}`
}
