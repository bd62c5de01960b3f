import { useState } from 'preact/hooks'
import { Ontology } from '../../model/ontology'
import { Icon } from '../kit/icon'
import type { Workbench } from '../workbench'
import type { Card } from './card'
import { Crop } from './crop'

interface WallCardProps {
  readonly bench: Workbench
  readonly card: Card
  /** Its picture is not asked for yet. */
  readonly isWaiting: boolean
}

/** One object: its piece of the raster as the map draws it, its outline, what is known of it in a line. */
export function WallCard({ bench, card, isWaiting }: WallCardProps) {
  const ontology = bench.session.ontology.value
  const size = bench.wall.size.value
  const { column, row, side } = Crop.around(card.bounds, bench.wall.margin.value)
  const color = Ontology.colorOf(ontology, card.label)
  return (
    <>
      <div class="wall-crop" style={{ height: `${size}px` }}>
        {!isWaiting && <Picture bench={bench} card={card} />}
        <svg viewBox={`${column} ${row} ${side} ${side}`} aria-hidden="true">
          <path d={card.outline} class="wall-halo" />
          <path d={card.outline} stroke={color} />
        </svg>
        {card.state !== 'draft' && (
          <span class="wall-state" data-state={card.state} title={card.state}>
            {card.state === 'accepted' && <Icon name="check" size={13} />}
            {card.state === 'rejected' && <Icon name="close" size={13} />}
          </span>
        )}
        {card.tags.length > 0 && (
          <span class="wall-tags">
            {card.tags.map((tag) => (
              <span key={tag} class="ellipsis">
                {tag}
              </span>
            ))}
          </span>
        )}
      </div>
      <div class="wall-caption">
        <span class="object-swatch" style={{ background: color }} />
        <span class="ellipsis">{Ontology.titleOf(ontology, card.label)}</span>
        <span class="mono dim">{card.fid > 0 ? `#${card.fid}` : 'new'}</span>
      </div>
    </>
  )
}

function Picture({ bench, card }: Pick<WallCardProps, 'bench' | 'card'>) {
  const picture = bench.pictures.value.find(({ asset }) => asset === bench.active.value)
  const [broken, setBroken] = useState<string | null>(null)
  if (!picture) return null
  const pixels = bench.wall.size.value * Math.min(2, devicePixelRatio)
  const url = Crop.url(picture, Crop.around(card.bounds, bench.wall.margin.value), pixels)
  if (broken === url)
    return (
      <span class="wall-broken">
        <Icon name="warning" size={16} title="This part of the raster could not be read" />
      </span>
    )
  return <img src={url} alt="" decoding="async" draggable={false} onError={() => setBroken(url)} />
}
