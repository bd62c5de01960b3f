import type { GeometryKind } from '../../model/geometry'
import { Ontology } from '../../model/ontology'
import { titleOfKind } from '../../shapes'
import { ColorPicker } from '../kit/color-picker'
import { Area, Checkbox, Select, TextField } from '../kit/field'
import type { ClassEdit } from './class-edit'

interface ClassTabProps {
  readonly edit: ClassEdit
  readonly ontology: Ontology
}

/** What a class may be drawn as, in the order of the form; an entry that is missing is an error of tsc. */
const KINDS = Object.keys({
  polygon: 0,
  multipolygon: 0,
  polyline: 0,
  multipolyline: 0,
  box: 0,
  point: 0,
  keypoints: 0,
  mask: 0,
  segment: 0,
  cuboid: 0,
  tag: 0,
} satisfies Record<GeometryKind | 'tag', 0>) as readonly (GeometryKind | 'tag')[]

/** The class itself: name, colour, key, place among the others, instruction, what it may be drawn as. */
export function ClassTab({ edit, ontology }: ClassTabProps) {
  const { now, was } = edit.draft.value
  return (
    <div class="class-tab">
      <div class="class-tab-said">
        <div class="class-tab-name">
          <ColorPicker label="Colour" value={now.color} onChange={(color) => edit.set({ color })} />
          <TextField
            label="Name"
            value={now.title}
            maxLength={200}
            error={edit.problemOf('title')}
            onChange={(title) => edit.set({ title })}
            isFirst
          />
        </div>
        <div class="class-tab-pair">
          <KeyField edit={edit} ontology={ontology} />
          <ParentField edit={edit} ontology={ontology} />
        </div>
        <Area
          label="Guideline"
          hint="What belongs to this class and how it is drawn. Shown where the class is chosen; Markdown."
          rows={7}
          value={now.guideline}
          onChange={(guideline) => edit.set({ guideline })}
        />
        <p class="dim class-tab-facts">
          In files it is <code>{was.slug}</code>, in layers and masks <code>{was.code}</code>. Both stay for
          ever.
        </p>
      </div>
      <div class="class-tab-rules">
        <Geometries edit={edit} />
        <Checkbox
          label="Retired"
          hint="Objects keep it, new ones cannot have it. It can be brought back at any time."
          value={now.retired}
          onChange={(retired) => edit.set({ retired })}
        />
      </div>
    </div>
  )
}

function KeyField({ edit, ontology }: ClassTabProps) {
  const { now } = edit.draft.value
  const given = [...Ontology.keys(ontology)].find(([, c]) => c.slug === now.slug)?.[0]
  return (
    <TextField
      label="Key"
      value={now.key ?? ''}
      maxLength={1}
      placeholder={now.key === null && edit.draft.value.was.key === null ? given : undefined}
      hint="Chooses the class. Empty: the next free digit."
      error={edit.problemOf('key')}
      onChange={(key) => edit.set({ key: key.trim().toLowerCase() || null })}
    />
  )
}

function ParentField({ edit, ontology }: ClassTabProps) {
  const { now } = edit.draft.value
  const others = Ontology.parentsOf(ontology, now.slug).filter((c) => !c.retired || c.slug === now.parent)
  return (
    <Select
      label="Kind of"
      hint="The class above it, in files that have such."
      error={edit.problemOf('parent')}
      value={now.parent ?? ''}
      options={[
        { value: '', title: 'nothing above' },
        ...others.map((c) => ({ value: c.slug, title: c.retired ? `${c.title} (retired)` : c.title })),
      ]}
      onChange={(parent) => edit.set({ parent: parent || null })}
    />
  )
}

function Geometries({ edit }: { readonly edit: ClassEdit }) {
  const { geometries } = edit.draft.value.now
  const chosen = new Set<string>(geometries)
  const toggle = (kind: GeometryKind | 'tag', isOn: boolean) =>
    edit.set({ geometries: KINDS.filter((k) => (k === kind ? isOn : chosen.has(k))) })
  return (
    <fieldset class="class-tab-kinds">
      <legend class="kit-legend">May be drawn as</legend>
      <Checkbox
        label="Anything"
        value={chosen.size === 0}
        disabled={chosen.size === 0}
        onChange={() => edit.set({ geometries: [] })}
      />
      <div>
        {KINDS.map((kind) => (
          <Checkbox
            key={kind}
            label={titleOfKind(kind)}
            value={chosen.has(kind)}
            onChange={(isOn) => toggle(kind, isOn)}
          />
        ))}
      </div>
      {edit.problemOf('geometries') && <p class="kit-error">{edit.problemOf('geometries')}</p>}
    </fieldset>
  )
}
