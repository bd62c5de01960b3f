import { useRef } from 'preact/hooks'
import { Button } from '../kit/button'
import { EmptyState } from '../kit/empty-state'
import type { PanelProps } from '../panel'
import { showWall } from './address'
import { TagPopover } from './tag-popover'
import { WallBar } from './wall-bar'
import { WallCards } from './wall-cards'
import './wall.css'

/** Objects side by side, each cut out of the raster: looked through, accepted, rejected, reclassified, tagged. */
export function WallPage({ bench }: PanelProps) {
  const { wall } = bench
  const tagger = useRef<HTMLDivElement>(null)
  const { index } = wall
  const isEmpty = wall.problem.value !== null || (index.cards.value.length === 0 && !index.isReading.value)
  return (
    <section class="wall" aria-label="Wall of crops">
      <div ref={tagger}>
        <WallBar bench={bench} />
      </div>
      {isEmpty ? <Nothing bench={bench} /> : <WallCards bench={bench} />}
      {wall.isTagging.value && tagger.current && <TagPopover bench={bench} anchor={tagger.current} />}
    </section>
  )
}

function Nothing({ bench }: PanelProps) {
  const { wall } = bench
  const { label, state, words } = wall.query.value
  const isFiltered = label !== null || state !== null || words !== ''
  return (
    <div class="wall-nothing">
      <EmptyState
        icon={wall.problem.value ? 'warning' : 'images'}
        title={
          wall.problem.value
            ? 'This cannot be asked'
            : isFiltered
              ? 'No object fits'
              : 'Nothing hangs here yet'
        }
        actions={
          isFiltered ? (
            <Button onClick={() => wall.ask({ label: null, state: null, words: '' })}>
              Show all objects
            </Button>
          ) : (
            <Button onClick={() => showWall(bench, false)}>Back to the map</Button>
          )
        }
      >
        {wall.problem.value ??
          (isFiltered
            ? 'Change the filter above, or take it away.'
            : 'Draw or import objects: each of them is shown here as a picture of its own.')}
      </EmptyState>
    </div>
  )
}
