import { Annotation } from '../../model/annotation'
import { titleOfKind } from '../../shapes'
import type { PanelProps } from '../panel'
import { ReviewLine } from '../review/review-line'
import type { Workbench } from '../workbench'
import { AttributeForm } from './attribute-form'
import { ClassChoice } from './class-choice'
import { Many } from './many'
import { Numbers } from './numbers'
import { ObjectActs } from './object-acts'
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
        <ObjectActs bench={bench} annotations={[annotation]} />
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
      <ReviewLine bench={bench} annotations={[annotation]} />
      <Origin bench={bench} annotation={annotation} />
    </>
  )
}

/** Who made it, how and when. */
function Origin({ bench, annotation }: { readonly bench: Workbench; readonly annotation: Annotation }) {
  const { provenance } = annotation
  const members = bench.session.project.value.members
  const who = members.find((m) => m.id === provenance?.actor)?.name ?? provenance?.actor
  const at = provenance?.at ? new Date(provenance.at) : null
  return (
    <p class="inspector-origin dim">
      {provenance?.method ?? 'manual'}
      {who ? ` by ${who}` : ''}
      {at ? `, ${at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}` : ''}
      {provenance?.score != null ? ` · score ${provenance.score.toFixed(2)}` : ''}
    </p>
  )
}
