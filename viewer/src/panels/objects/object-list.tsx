import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Annotation } from '../../model/annotation'
import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { titleOfKind } from '../../shapes'
import { Button, IconButton } from '../kit/button'
import { Icon } from '../kit/icon'
import { TabPanel, Tabs } from '../kit/tabs'
import { VirtualList } from '../kit/virtual-list'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { ObjectPages } from './object-pages'
import { OutOfSight, ReachMarks } from './reach-marks'
import { useFiltered } from './use-filtered'
import './objects.css'

type Which = 'view' | 'all'

/** The objects in sight, or all of them; filtered by words. */
export function ObjectList({ bench }: PanelProps) {
  const which = useSignal<Which>('view')
  const filter = useSignal('')
  const { session } = bench
  const total = Object.values(session.counts.value).reduce((sum, n) => sum + n, 0)
  return (
    <div class="objects">
      <Tabs<Which>
        label="Which objects"
        value={which.value}
        onChange={(id) => {
          which.value = id
        }}
        tabs={[
          { id: 'view', title: 'In view' },
          { id: 'all', title: 'All', n: total },
        ]}
      />
      <label class="objects-filter">
        <Icon name="filter" size={13} />
        <input
          placeholder="Words, or width > 3 and state = draft"
          aria-label="Filter objects"
          value={filter.value}
          onInput={(event) => {
            filter.value = event.currentTarget.value
          }}
        />
        {filter.value && (
          <IconButton
            icon="close"
            size={18}
            label="Clear the filter"
            onClick={() => {
              filter.value = ''
            }}
          />
        )}
      </label>
      <OutOfSight bench={bench} />
      <TabPanel id={which.value}>
        {which.value === 'view' ? (
          <InView bench={bench} filter={filter.value} />
        ) : (
          <All bench={bench} filter={filter.value} />
        )}
      </TabPanel>
    </div>
  )
}

interface ListProps {
  readonly bench: Workbench
  readonly filter: string
}

function InView({ bench, filter }: ListProps) {
  const items = useComputed(() => {
    const stage = bench.stage.value
    const sight = stage?.rest.sight.value
    if (!stage || !sight) return []
    void bench.session.labels.version.value
    return stage.shown
      .near(sight)
      .map(({ annotation }) => annotation)
      .toSorted((a, b) => (a.fid || Infinity) - (b.fid || Infinity))
  })
  const sight = bench.stage.value?.near.sight.value
  return (
    <>
      {sight && !sight.isComplete && (
        <p class="objects-note">There are more objects in sight than can be listed. Zoom in to list all.</p>
      )}
      <Rows bench={bench} items={items.value} filter={filter} empty="Nothing is labelled in this view yet." />
    </>
  )
}

function All({ bench, filter }: ListProps) {
  const pages = useMemo(() => new ObjectPages(bench.session, null), [bench])
  useEffect(() => () => pages.close(), [pages])
  return (
    <>
      <Rows
        bench={bench}
        items={pages.items.value}
        filter={filter}
        empty="Nothing is labelled in this scene yet."
      />
      {pages.next.value !== null && pages.items.value.length > 0 && (
        <div class="objects-more">
          <Button kind="ghost" isBusy={pages.isLoading.value} onClick={() => void pages.more()}>
            {`${pages.items.value.length.toLocaleString('en')} read · read more`}
          </Button>
        </div>
      )}
    </>
  )
}

function Rows({
  bench,
  items: all,
  filter,
  empty,
}: {
  readonly bench: Workbench
  readonly items: readonly Annotation[]
  readonly filter: string
  readonly empty: string
}) {
  const { session } = bench
  const { items, problem } = useFiltered(bench, all, filter)
  const choose = (id: Id, event: MouseEvent | KeyboardEvent) => {
    const annotation = items.find((a) => a.id === id)
    if (annotation && !session.labels.get(id))
      session.labels.receive({ documents: [annotation], deleted: [] })
    if (event.ctrlKey || event.metaKey) session.selection.toggle(id)
    else session.selection.set(id)
  }
  if (problem) return <p class="objects-note">{problem}</p>
  if (!items.length) return <p class="objects-none dim">{filter && all.length ? 'No object fits.' : empty}</p>
  return (
    <div class="objects-rows">
      <VirtualList
        label="Objects"
        items={items}
        keyOf={(a) => a.id}
        rowHeight={26}
        chosen={new Set(session.selection.ids.value)}
        onChoose={choose}
        onOpen={(id) => bench.zoomToObjects([id])}
      >
        {(annotation) => <Row bench={bench} annotation={annotation} />}
      </VirtualList>
    </div>
  )
}

function Row({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const ontology = bench.session.ontology.value
  const kind = Annotation.kindOf(annotation)
  return (
    <div
      class="object-row"
      onPointerEnter={() => bench.stage.peek()?.hand.hover(annotation.id)}
      onPointerLeave={() => bench.stage.peek()?.hand.hover(null)}
    >
      <span class="object-swatch" style={{ background: Ontology.colorOf(ontology, annotation.label) }} />
      <span class="ellipsis">
        {titleOfKind(kind)} <span class="mono dim">{Annotation.nameOf(annotation)}</span>
      </span>
      <span class="object-class ellipsis dim">{Ontology.titleOf(ontology, annotation.label)}</span>
      <ReachMarks bench={bench} annotation={annotation} />
      {annotation.state !== 'draft' && (
        <span class="object-state" data-state={annotation.state} title={annotation.state} />
      )}
    </div>
  )
}
