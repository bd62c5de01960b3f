import { Annotation } from '../../model/annotation'
import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { titleOfKind } from '../../shapes'
import { Button, IconButton } from '../kit/button'
import { Select } from '../kit/field'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { AttributeForm } from './attribute-form'
import { Numbers } from './numbers'
import './inspector.css'

/** What is chosen: its class, attributes and numbers. The way to edit without a pointer. */
export function Inspector({ bench }: PanelProps) {
  const { session } = bench
  void session.labels.version.value
  const chosen = session.selection.ids.value.flatMap((id) => session.labels.get(id) ?? [])
  return (
    <div class="inspector">
      {chosen.length === 0 ? (
        <p class="dim">Choose an object to see its class, attributes and numbers.</p>
      ) : chosen.length === 1 ? (
        <One bench={bench} annotation={chosen[0]!} />
      ) : (
        <Many bench={bench} chosen={chosen} />
      )}
    </div>
  )
}

function One({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const { session } = bench
  const stage = bench.stage.value
  const geometry = stage?.shown.get(annotation.id)?.geometry ?? annotation.geometry
  void stage?.scale.ground.value
  const measure = geometry && stage ? stage.hand.measure(geometry) : ''
  return (
    <>
      <header class="inspector-head">
        <strong>
          {titleOfKind(Annotation.kindOf(annotation))}{' '}
          <span class="mono dim">{Annotation.nameOf(annotation)}</span>
        </strong>
        <IconButton
          icon="target"
          size={24}
          label="Show it on the map"
          onClick={() => bench.zoomToObjects([annotation.id])}
        />
        <IconButton
          icon="trash"
          size={24}
          label="Delete (Del)"
          onClick={() => session.editor.remove([annotation.id])}
        />
      </header>
      <ClassChoice bench={bench} ids={[annotation.id]} slug={annotation.label} />
      {measure && (
        <dl class="inspector-facts">
          <dt>Size</dt>
          <dd class="mono">{measure}</dd>
        </dl>
      )}
      <AttributeForm bench={bench} annotation={annotation} />
      {geometry && <Numbers bench={bench} annotation={annotation} geometry={geometry} />}
      <Origin bench={bench} annotation={annotation} />
    </>
  )
}

function Many({ bench, chosen }: { readonly bench: Workbench; readonly chosen: readonly Annotation[] }) {
  const { session } = bench
  const ids = chosen.map((a) => a.id)
  const slug = chosen.every((a) => a.label === chosen[0]!.label) ? chosen[0]!.label : ''
  return (
    <>
      <header class="inspector-head">
        <strong>{chosen.length} objects</strong>
        <IconButton
          icon="target"
          size={24}
          label="Show them on the map"
          onClick={() => bench.zoomToObjects(ids)}
        />
        <IconButton
          icon="trash"
          size={24}
          label="Delete them (Del)"
          onClick={() => session.editor.remove(ids)}
        />
      </header>
      <ClassChoice bench={bench} ids={ids} slug={slug} />
      <Button kind="ghost" onClick={() => session.selection.set()}>
        Choose none
      </Button>
    </>
  )
}

interface ClassChoiceProps {
  readonly bench: Workbench
  readonly ids: readonly Id[]
  /** Empty where they differ. */
  readonly slug: string
}

function ClassChoice({ bench, ids, slug }: ClassChoiceProps) {
  const ontology = bench.session.ontology.value
  const options = Ontology.active(ontology).map((c) => ({ value: c.slug, title: c.title }))
  if (slug && !options.some((o) => o.value === slug))
    options.unshift({ value: slug, title: `${Ontology.titleOf(ontology, slug)} (retired)` })
  if (!slug) options.unshift({ value: '', title: 'Several classes' })
  return (
    <div class="inspector-class">
      <span class="object-swatch" style={{ background: Ontology.colorOf(ontology, slug) }} />
      <Select
        name="Class"
        value={slug}
        options={options}
        onChange={(value) => value && bench.session.editor.relabel(ids, value)}
      />
      {Ontology.get(ontology, slug) && (
        <IconButton
          icon="settings"
          size={24}
          label={`Settings of ${Ontology.titleOf(ontology, slug)}`}
          onClick={() => {
            bench.classOpen.value = { slug, tab: 'attributes' }
          }}
        />
      )}
    </div>
  )
}

/** Who made it, how and when. */
function Origin({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const { provenance, state } = annotation
  const members = bench.session.project.value.members
  const who = members.find((m) => m.id === provenance?.actor)?.name ?? provenance?.actor
  const at = provenance?.at ? new Date(provenance.at) : null
  return (
    <p class="inspector-origin dim">
      {provenance?.method ?? 'manual'}
      {who ? ` by ${who}` : ''}
      {at ? `, ${at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}` : ''}
      {provenance?.score != null ? ` · score ${provenance.score.toFixed(2)}` : ''} · {state}
    </p>
  )
}
