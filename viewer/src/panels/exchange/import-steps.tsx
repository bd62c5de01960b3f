import type { Ontology } from '../../model/ontology'
import { Button, Kbd } from '../kit/button'
import { Select, TextField } from '../kit/field'
import { Icon } from '../kit/icon'
import { DropZone } from '../start/drop-zone'
import { pickFiles } from '../start/pick-files'
import { ClassMap } from './class-map'
import type { ImportFlow, ImportResult } from './import-flow'
import { countByReason, LossTable, Notes } from './losses'
import { SchemaForm } from './schema-form'
import './import-steps.css'

/** More attributes than this are shown on demand. */
const MOST_AT_ONCE = 12

/** Choose a file; where its format cannot be told, that too. */
export function ChooseStep({ flow }: { readonly flow: ImportFlow }) {
  const [file] = flow.files.value
  const endings = [...new Set(flow.formats.value.flatMap((format) => format.extensions))]
  return (
    <div class="exchange-said">
      <DropZone label="Import this file" onFiles={(files) => void flow.take(files)}>
        <div class="import-drop">
          <Icon name="file" size={32} />
          <p>{file ? file.name : 'Drop a file with labels here'}</p>
          <Button icon="folder" onClick={() => void pickFiles(endings).then((files) => flow.take(files))}>
            {file ? 'Choose another' : 'Choose a file'}
          </Button>
          <p class="dim">{flow.formats.value.map((format) => format.title).join(', ')}</p>
        </div>
      </DropZone>
      {file && <FormatAndOptions flow={flow} isOpen />}
    </div>
  )
}

function FormatAndOptions({
  flow,
  isOpen = false,
}: {
  readonly flow: ImportFlow
  readonly isOpen?: boolean
}) {
  const unknown = flow.format.value === null ? [{ value: '', title: 'choose…', disabled: true }] : []
  return (
    <details class="import-options" open={isOpen}>
      <summary>Format and options</summary>
      <div class="exchange-said">
        <Select
          label="Format"
          value={flow.format.value ?? ''}
          options={[...unknown, ...flow.formats.value.map(({ name, title }) => ({ value: name, title }))]}
          onChange={(name) => flow.setFormat(name)}
        />
        <SchemaForm
          key={flow.format.value}
          fields={flow.fields.value}
          value={flow.options.value}
          onChange={(options) => flow.setOptions(options)}
        />
      </div>
    </details>
  )
}

interface PreviewStepProps {
  readonly flow: ImportFlow
  readonly ontology: Ontology
  readonly frames: readonly string[]
}

/** What the import would do: where the labels lie, which classes they have, what is in the way. */
export function PreviewStep({ flow, ontology, frames }: PreviewStepProps) {
  const preview = flow.preview.value!
  const format = flow.formats.value.find(({ name }) => name === preview.format)
  const isStated = preview.crs !== null && preview.is_ready && !flow.crs.value
  return (
    <div class="exchange-said">
      <dl class="import-facts">
        <dt>File</dt>
        <dd>
          {flow.files.value[0]?.name} <span class="dim">({format?.title ?? preview.format})</span>
        </dd>
        <dt>Labels</dt>
        <dd class="mono">{preview.n.toLocaleString('en')}</dd>
        {isStated && (
          <>
            <dt>CRS</dt>
            <dd class="mono">{crsText(preview.crs)}</dd>
          </>
        )}
      </dl>
      {!isStated && (
        <TextField
          label="CRS or frame of the file"
          hint={
            flow.crs.value && !flow.isStale.value
              ? 'As you say; the file states none.'
              : preview.is_ready
                ? 'The file states none: its numbers are taken as the picture’s pixels. If they are map coordinates, give their CRS, such as EPSG:32617.'
                : 'The file does not say where its labels lie: give a code such as EPSG:32617, or a frame of this scene.'
          }
          value={flow.crs.value}
          words={['EPSG:4326', ...frames]}
          onChange={(crs) => flow.setCrs(crs)}
        />
      )}
      <Notes notes={preview.problems} />
      {preview.classes.length > 0 && (
        <section>
          <h3>Classes</h3>
          <ClassMap
            classes={preview.classes}
            ontology={ontology}
            targets={flow.targets.value}
            onTarget={(title, target) => flow.setTarget(title, target)}
          />
        </section>
      )}
      {preview.attributes.length > 0 && (
        <details class="import-options" open={preview.attributes.length <= MOST_AT_ONCE}>
          <summary>
            {preview.attributes.length === 1 ? '1 attribute' : `${preview.attributes.length} attributes`}
          </summary>
          <ul class="import-attributes">
            {preview.attributes.map((attribute) => (
              <li key={attribute.name}>
                {attribute.name} <span class="dim">{attribute.type}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <FormatAndOptions flow={flow} />
    </div>
  )
}

/** Return a CRS in a line: WKT is long, its name will do. */
function crsText(crs: string | null): string {
  if (crs === null) return ''
  return /^\w+\["([^"]+)"/.exec(crs)?.[1] ?? crs
}

/** What the import did, and how to take it back. */
export function DoneStep({ result }: { readonly result: ImportResult }) {
  const { n, n_updated, n_unchanged, classes_created, n_lost } = result
  const more = [
    n_updated > 0 && `${n_updated.toLocaleString('en')} of them were there before and differ now.`,
    n_unchanged > 0 && `${n_unchanged.toLocaleString('en')} were there just so.`,
    classes_created.length > 0 && `New classes: ${classes_created.join(', ')}.`,
  ].filter((line) => line !== false)
  return (
    <div class="exchange-said">
      <p class="exchange-result" data-lossy={n_lost > 0 || undefined}>
        <Icon name={n_lost > 0 ? 'warning' : 'check'} size={20} />
        {n === 1 ? '1 label was imported.' : `${n.toLocaleString('en')} labels were imported.`}
      </p>
      {more.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <LossTable title="Not imported" byReason={result.lost_by_reason} named={result.losses} />
      <LossTable
        title="Imported with less than they had"
        byReason={countByReason(result.reduced)}
        named={result.reduced}
      />
      <Notes notes={result.warnings} />
      <p class="dim">
        It is one step: <Kbd keys="Ctrl+Z" /> takes all of it back.
      </p>
    </div>
  )
}
