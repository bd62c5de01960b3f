import { useEffect, useState } from 'preact/hooks'
import { fetched } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { tileUrl } from '../../api/tile'
import type { Asset } from '../../model/scene'
import { Icon } from '../kit/icon'

/** Px of the only tile of the lowest zoom; the raster fills its top left part. */
const TILE = 512

/** A small picture of a whole raster: a tile, and how much of it the raster fills. */
interface Picture {
  readonly url: string
  readonly width: number
  readonly height: number
}

/** The part of a raster's description that matters here. */
interface Described {
  readonly version: string
  readonly info: { readonly width: number; readonly height: number }
  readonly grids: { readonly native: { readonly max_zoom: number } }
}

/** The first raster of a scene; a sign where there is none, and the reason where it cannot be drawn. */
export function Thumbnail({ asset }: { readonly asset: Pick<Asset, 'id'> | null }) {
  const [picture, setPicture] = useState<Picture | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const id = asset?.id
  useEffect(() => {
    if (id === undefined) return
    const giveUp = new AbortController()
    setFailed(null)
    pictureOf(id, giveUp.signal).then(setPicture, (error) => {
      if (!giveUp.signal.aborted) setFailed(sentenceOf(error))
    })
    return () => giveUp.abort()
  }, [id])

  if (id === undefined)
    return (
      <span class="thumbnail">
        <Icon name="images" size={28} />
        <span>No raster yet: drop a file here</span>
      </span>
    )
  if (failed !== null)
    return (
      <span class="thumbnail" data-failed>
        <Icon name="warning" size={28} />
        <span>{failed}</span>
      </span>
    )
  return (
    <span class="thumbnail">
      {picture && (
        <svg
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          preserveAspectRatio="xMidYMid slice"
          aria-hidden="true"
        >
          <image
            href={picture.url}
            width={TILE}
            height={TILE}
            onError={() => setFailed('The picture cannot be drawn; open the scene to see why.')}
          />
        </svg>
      )}
    </span>
  )
}

/** Return the picture of a raster, as the server thinks best to draw it. */
async function pictureOf(asset: string, signal: AbortSignal): Promise<Picture> {
  const answer = await fetched(`/api/tiles/${encodeURIComponent(asset)}/info`, { signal })
  const { version, info, grids } = (await answer.json()) as Described
  const scale = TILE / 256 / 2 ** grids.native.max_zoom
  const url = tileUrl(asset, version, [0, 0, 0], 'webp', `size=${TILE}`)
  return { url, width: info.width * scale, height: info.height * scale }
}
