import { useEffect, useMemo, useState } from 'preact/hooks'
import { client, dataOf, type Job } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import type { Id } from '../../model/id'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Icon } from '../kit/icon'
import { askFormats, type Format } from './formats'
import type { JobBoard } from './job-board'
import { JobProgress } from './job-progress'
import { downloadOf } from './jobs-button'
import { type Loss, LossTable, Notes } from './losses'
import { defaultsOf, type FormValue, fieldsOf, type JsonSchema, problemsOf } from './schema'
import { SchemaForm } from './schema-form'
import './exchange.css'

interface ExportDialogProps {
  readonly scene: Id
  readonly title: string
  /** How many labels the scene has. */
  readonly n: number
  readonly jobs: JobBoard
  readonly onClose: () => void
}

/** What a writer says it did, as `geo3d.formats.report.Report`. */
interface Report {
  readonly given: number
  readonly written: number
  readonly lost: readonly Loss[]
  readonly lost_by_reason: { readonly [reason: string]: number }
  readonly reduced: readonly Loss[]
  readonly reduced_by_reason: { readonly [reason: string]: number }
  readonly warnings: readonly string[]
}

const NO_FIELDS: JsonSchema = {}

/** Writes the labels of a scene in a format that the person chooses, and says what it could not carry. */
export function ExportDialog({ scene, title, n, jobs, onClose }: ExportDialogProps) {
  const [formats, setFormats] = useState<readonly Format[]>([])
  const [chosen, setChosen] = useState<string | null>(null)
  const [options, setOptions] = useState<{ readonly [format: string]: FormValue }>({})
  const [job, setJob] = useState<Job | null>(null)
  const [isRunning, setRunning] = useState(false)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    askFormats().then(
      (all) => {
        const writing = all.filter((format) => format.writes)
        setFormats(writing)
        setChosen(
          (before) =>
            before ?? (writing.find(({ name }) => name === 'geopackage') ?? writing[0])?.name ?? null,
        )
      },
      (failure) => setError(sentenceOf(failure)),
    )
  }, [])

  const format = formats.find(({ name }) => name === chosen) ?? null
  const fields = useMemo(() => fieldsOf((format?.write_schema ?? NO_FIELDS) as JsonSchema), [format])
  const value = (chosen && options[chosen]) || defaultsOf(fields)
  const isFit = problemsOf(fields, value).size === 0

  const start = async () => {
    if (!format || !isFit) return
    setError(null)
    setRunning(true)
    try {
      const body = { format: format.name, options: value }
      const params = { path: { scene } }
      const begun = await dataOf<Job>(client.POST('/api/scenes/{scene}/export', { params, body }))
      jobs.receive(begun)
      setJob(begun)
      const ended = await jobs.ended(begun.id)
      setJob(ended.state === 'done' ? ended : null)
      if (ended.state === 'failed' || ended.state === 'interrupted')
        setError(ended.problem?.detail ?? 'The export was interrupted; start it again.')
    } catch (failure) {
      setJob(null)
      setError(sentenceOf(failure))
    }
    setRunning(false)
  }
  const heading = `Export “${title}”`
  if (isRunning && job)
    return (
      <Dialog
        title={heading}
        width={560}
        onClose={onClose}
        footer={
          <>
            <span class="fill dim">It goes on when you close this; look at the jobs then.</span>
            <Button onClick={() => void jobs.cancel(job.id)}>Cancel export</Button>
          </>
        }
      >
        <JobProgress board={jobs} id={job.id} label={`Writing ${format?.title ?? ''}`} />
      </Dialog>
    )
  if (job) return <ExportDone heading={heading} job={job} onBack={() => setJob(null)} onClose={onClose} />
  return (
    <Dialog
      title={heading}
      width={720}
      onClose={onClose}
      onSubmit={() => void start()}
      footer={
        <>
          <span class="fill dim">{n === 1 ? '1 label' : `${n.toLocaleString('en')} labels`}</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            icon="download"
            type="submit"
            isBusy={isRunning}
            disabled={!format || !isFit}
          >
            Export
          </Button>
        </>
      }
    >
      {error && (
        <p class="exchange-error" role="alert">
          <Icon name="error" size={13} />
          {error}
        </p>
      )}
      <div class="exchange-two">
        <FormatList formats={formats} chosen={chosen} onChoose={setChosen} />
        {format && (
          <div class="exchange-about" key={format.name}>
            <Carries format={format} />
            {fields.length > 0 && (
              <section>
                <h3>Options</h3>
                <SchemaForm
                  fields={fields}
                  value={value}
                  onChange={(now) => setOptions({ ...options, [format.name]: now })}
                />
              </section>
            )}
          </div>
        )}
      </div>
    </Dialog>
  )
}

interface FormatListProps {
  readonly formats: readonly Format[]
  readonly chosen: string | null
  readonly onChoose: (name: string) => void
}

function FormatList({ formats, chosen, onChoose }: FormatListProps) {
  return (
    <div class="exchange-formats" role="radiogroup" aria-label="Format">
      {formats.map((format) => (
        <label key={format.name} data-chosen={format.name === chosen || undefined}>
          <input
            type="radio"
            name="format"
            checked={format.name === chosen}
            onChange={() => onChoose(format.name)}
          />
          <strong>{format.title}</strong>
          <span class="dim mono">{format.is_folder ? 'folder, as .zip' : format.extensions[0]}</span>
        </label>
      ))}
    </div>
  )
}

/** What a format keeps as it is, what it makes simpler, what it cannot hold. */
function Carries({ format }: { readonly format: Format }) {
  return (
    <>
      <section>
        <h3>Carries</h3>
        <ul class="exchange-kinds">
          {format.carries.map((kind) => (
            <li key={kind}>{kind}</li>
          ))}
          {Object.entries(format.becomes).map(([kind, simpler]) => (
            <li key={kind} data-becomes title="Written as something simpler; the report names them">
              {kind} → {simpler}
            </li>
          ))}
        </ul>
      </section>
      {format.loses && (
        <section>
          <h3>Cannot hold</h3>
          <p>{format.loses}</p>
        </section>
      )}
    </>
  )
}

interface ExportDoneProps {
  readonly heading: string
  readonly job: Job
  readonly onBack: () => void
  readonly onClose: () => void
}

function ExportDone({ heading, job, onBack, onClose }: ExportDoneProps) {
  const report = job.result?.report as Report
  const isWhole = report.written === report.given
  const name = typeof job.result?.name === 'string' ? job.result.name : 'file'
  return (
    <Dialog
      title={heading}
      width={640}
      onClose={onClose}
      footer={
        <>
          <span class="fill">
            <Button kind="ghost" icon="chevron-left" onClick={onBack}>
              Another format
            </Button>
          </span>
          <Button onClick={onClose}>Close</Button>
          <a class="kit-button" data-kind="primary" href={downloadOf(job) ?? ''} download={name}>
            <Icon name="download" size={14} />
            Download {name}
          </a>
        </>
      }
    >
      <div class="exchange-said">
        <p class="exchange-result" data-lossy={!isWhole || undefined}>
          <Icon name={isWhole ? 'check' : 'warning'} size={20} />
          <span>
            {isWhole
              ? `All ${report.given.toLocaleString('en')} documents are in the file.`
              : `${report.written.toLocaleString('en')} of ${report.given.toLocaleString('en')} documents are in the file.`}
          </span>
        </p>
        <LossTable title="Not in the file" byReason={report.lost_by_reason} named={report.lost} />
        <LossTable
          title="In the file with less than they had"
          byReason={report.reduced_by_reason}
          named={report.reduced}
        />
        <Notes notes={report.warnings} />
      </div>
    </Dialog>
  )
}
