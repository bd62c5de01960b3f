import { Ontology } from '../../model/ontology'
import { Select } from '../kit/field'
import type { Preview } from './formats'
import type { Target } from './import-flow'
import './class-map.css'

interface ClassMapProps {
  readonly classes: Preview['classes']
  readonly ontology: Ontology
  readonly targets: { readonly [title: string]: Target }
  readonly onTarget: (title: string, target: Target) => void
}

const [NEW, NONE] = ['+', '-']

/** Which class of ours each class of a file becomes. */
export function ClassMap({ classes, ontology, targets, onTarget }: ClassMapProps) {
  const ours = Ontology.active(ontology).map((label) => ({ value: `=${label.slug}`, title: label.title }))
  return (
    <table class="class-map">
      <thead>
        <tr>
          <th>In the file</th>
          <th>Labels</th>
          <th>Becomes</th>
        </tr>
      </thead>
      <tbody>
        {classes.map((label) => {
          const target = targets[label.title] ?? { kind: 'new' }
          // a class that has our title already would not be made a second time
          const made = label.label === null ? [{ value: NEW!, title: 'a new class' }] : []
          return (
            <tr key={label.title} data-none={target.kind === 'none' || undefined}>
              <td class="ellipsis" title={label.title}>
                <span class="swatch" style={{ '--swatch': label.color }} />
                {label.title}
              </td>
              <td class="mono">{label.n.toLocaleString('en')}</td>
              <td>
                <Select
                  name={`${label.title} becomes`}
                  value={target.kind === 'class' ? `=${target.slug}` : target.kind === 'new' ? NEW! : NONE!}
                  options={[...made, ...ours, { value: NONE!, title: 'nothing: leave them out' }]}
                  onChange={(value) =>
                    onTarget(
                      label.title,
                      value === NEW
                        ? { kind: 'new' }
                        : value === NONE
                          ? { kind: 'none' }
                          : { kind: 'class', slug: value.slice(1) },
                    )
                  }
                />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
