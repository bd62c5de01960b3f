import { Annotation } from '../../model/annotation'
import { Ontology } from '../../model/ontology'
import type { Fault } from '../../shapes/faults'
import { Button, IconButton } from '../kit/button'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { checkLabels, goTo, mendOf } from './look'
import './checks.css'

const TITLES: Record<Fault['kind'], string> = {
  crossing: 'The outline crosses itself',
  overlap: 'Two of one class overlap',
  sliver: 'Thinner than a pixel',
  gap: 'A narrow gap between neighbours',
}

/** What is wrong with the labels in view; a click goes there. */
export function FaultList({ bench }: PanelProps) {
  const faults = bench.faults.value ?? []
  return (
    <div class="checks">
      <div class="checks-head">
        <span role="status">{faults.length ? `${faults.length} to look at` : 'Nothing wrong in view'}</span>
        <Button kind="ghost" icon="refresh" onClick={() => checkLabels(bench)}>
          Check again
        </Button>
        <IconButton
          icon="close"
          label="Close the checks"
          onClick={() => {
            bench.faults.value = null
          }}
        />
      </div>
      <ul>
        {faults.map((fault) => (
          <FaultRow
            key={`${fault.kind} ${fault.ids.join()} ${fault.positions[0]}`}
            bench={bench}
            fault={fault}
          />
        ))}
      </ul>
    </div>
  )
}

function FaultRow({ bench, fault }: { readonly bench: Workbench; readonly fault: Fault }) {
  const mend = mendOf(bench, fault)
  return (
    <li data-kind={fault.kind}>
      <button type="button" class="checks-go" onClick={() => goTo(bench, fault)}>
        <strong>{TITLES[fault.kind]}</strong>
        <span class="dim">{namesOf(bench, fault)}</span>
      </button>
      {mend ? (
        <Button onClick={() => void mend.run()}>{mend.title}</Button>
      ) : (
        <span class="dim">by hand: drag a corner</span>
      )}
    </li>
  )
}

function namesOf({ session }: Workbench, { ids }: Fault): string {
  const found = ids.flatMap((id) => session.labels.get(id) ?? [])
  const title = found[0] ? Ontology.titleOf(session.ontology.value, found[0].label) : ''
  return `${title} ${found.map(Annotation.nameOf).join(', ')}`
}
