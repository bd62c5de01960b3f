import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { IconButton } from '../kit/button'
import { Select } from '../kit/field'
import type { Workbench } from '../workbench'

interface ClassChoiceProps {
  readonly bench: Workbench
  readonly ids: readonly Id[]
  /** Empty where they differ. */
  readonly slug: string
}

/** Which class objects are of; another one is written to all of them. */
export function ClassChoice({ bench, ids, slug }: ClassChoiceProps) {
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
