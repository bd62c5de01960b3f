import { type LabelClass, Ontology } from '../../model/ontology'
import { IconButton } from '../kit/button'
import { Select } from '../kit/field'
import { Icon } from '../kit/icon'
import { ProgressBar } from '../kit/progress'
import { Slider } from '../kit/slider'
import type { PanelProps } from '../panel'
import type { SortKey } from './card'
import { MARGIN, SIZE } from './wall'
import type { WallQuery } from './wall-index'

const STATES = [
  { value: '', title: 'Any state' },
  { value: 'open', title: 'Not reviewed' },
  { value: 'draft', title: 'Draft' },
  { value: 'submitted', title: 'Submitted' },
  { value: 'accepted', title: 'Accepted' },
  { value: 'rejected', title: 'Rejected' },
] as const

const SORTS: readonly { readonly value: SortKey; readonly title: string }[] = [
  { value: 'number', title: 'By number' },
  { value: 'area', title: 'By area' },
  { value: 'date', title: 'By date' },
  { value: 'class', title: 'By class' },
  { value: 'score', title: 'By score' },
  { value: 'random', title: 'At random' },
]

/** Which objects hang on the wall, how large, in which order, and how many of them have been reviewed. */
export function WallBar({ bench }: PanelProps) {
  const { wall } = bench
  const { label, state, words, sort, isDescending } = wall.query.value
  const classes = Ontology.active(bench.session.ontology.value) as readonly LabelClass[]
  return (
    <div class="wall-bar">
      <Select
        name="Class"
        value={label ?? ''}
        options={[
          { value: '', title: 'All classes' },
          ...classes.map(({ slug, title }) => ({ value: slug, title })),
        ]}
        onChange={(slug) => wall.ask({ label: slug || null })}
      />
      <Select
        name="State"
        value={state ?? ''}
        options={STATES}
        onChange={(to) => wall.ask({ state: (to || null) as WallQuery['state'] })}
      />
      <label class="objects-filter wall-words" data-problem={wall.problem.value ? true : undefined}>
        <Icon name="filter" size={13} />
        <input
          placeholder="Words, or area > 50m2 and author = Ada"
          aria-label="Filter the wall"
          title={wall.problem.value ?? undefined}
          value={words}
          onInput={(event) => wall.ask({ words: event.currentTarget.value })}
        />
        {words && (
          <IconButton
            icon="close"
            size={18}
            label="Clear the filter"
            onClick={() => wall.ask({ words: '' })}
          />
        )}
      </label>
      <Select
        name="Order"
        value={sort}
        options={SORTS}
        onChange={(to) => wall.ask({ sort: to as SortKey })}
      />
      <IconButton
        icon={isDescending ? 'chevron-down' : 'chevron-up'}
        label={isDescending ? 'Largest first' : 'Smallest first'}
        onClick={() => wall.ask({ isDescending: !isDescending })}
      />
      <div class="wall-sliders">
        <Slider
          label="Size"
          value={wall.size.value}
          min={SIZE.least}
          max={SIZE.most}
          step={SIZE.step}
          format={(size) => `${size} px`}
          onChange={(size) => {
            wall.size.value = size
          }}
        />
        <Slider
          label="Margin"
          value={wall.margin.value}
          min={MARGIN.least}
          max={MARGIN.most}
          step={MARGIN.step}
          format={(margin) => `${Math.round(margin * 100)} %`}
          onChange={(margin) => {
            wall.margin.value = margin
          }}
        />
      </div>
      <Progress bench={bench} />
    </div>
  )
}

function Progress({ bench }: PanelProps) {
  const { index } = bench.wall
  const n = index.cards.value.length
  const nReviewed = index.nReviewed.value
  const nChosen = bench.session.selection.ids.value.length
  const read = index.n.value.toLocaleString('en')
  return (
    <div class="wall-progress">
      <output class="mono" aria-label="Progress of the review">
        {index.isReading.value
          ? `${read} read …`
          : `${nReviewed.toLocaleString('en')} of ${n.toLocaleString('en')} reviewed`}
        {nChosen > 0 && ` · ${nChosen.toLocaleString('en')} chosen`}
      </output>
      <ProgressBar
        label="Reviewed"
        fraction={index.isReading.value ? null : n ? nReviewed / n : 0}
        tone="ok"
      />
    </div>
  )
}
