import { useState } from 'preact/hooks'
import { BASE } from '../../api/client'
import type { Asset } from '../../model/scene'
import { Icon } from '../kit/icon'

/** Return the address of a small picture of a whole raster: the only tile of its lowest zoom, drawn as the server thinks best. */
export function thumbnailUrl(asset: Pick<Asset, 'id'>): string {
  return `${BASE}/api/tiles/${encodeURIComponent(asset.id)}/latest/native/0/0/0.webp?size=512`
}

/** The first raster of a scene; a sign where there is none, or where it cannot be drawn. */
export function Thumbnail({ asset }: { readonly asset: Pick<Asset, 'id' | 'title'> | null }) {
  const [failed, setFailed] = useState<string | null>(null)
  if (!asset)
    return (
      <span class="thumbnail">
        <Icon name="images" size={28} />
        <span>no raster yet</span>
      </span>
    )
  if (failed === asset.id)
    return (
      <span class="thumbnail">
        <Icon name="warning" size={28} />
        <span>cannot be drawn; open it to see why</span>
      </span>
    )
  return (
    <span class="thumbnail">
      <img
        src={thumbnailUrl(asset)}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setFailed(asset.id)}
      />
    </span>
  )
}
