import { useEffect, useMemo } from 'preact/hooks'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import type { Ontology } from '../../model/ontology'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Icon } from '../kit/icon'
import { ProgressBar } from '../kit/progress'
import { ImportFlow, type ImportResult } from './import-flow'
import { ChooseStep, DoneStep, PreviewStep } from './import-steps'
import type { JobBoard } from './job-board'
import { JobProgress } from './job-progress'
import './exchange.css'

interface ImportDialogProps {
  readonly scene: Id
  readonly title: string
  readonly ontology: Ontology
  /** Frames of the scene that labels may be in, for files that do not say. */
  readonly frames: readonly string[]
  readonly jobs: JobBoard
  /** Files that were dropped on the scene. */
  readonly files?: readonly File[]
  /** What the file holds, to be drawn over the map; null = draw it no more. */
  readonly onPreview: (geometries: readonly Geometry[] | null) => void
  readonly onImported: (result: ImportResult) => void
  readonly onClose: () => void
}

/** Reads labels of a file into a scene: choose it, see what would happen, say which class is which, import. */
export function ImportDialog(props: ImportDialogProps) {
  const { scene, title, ontology, frames, jobs, files, onPreview, onImported, onClose } = props
  const flow = useMemo(
    () => new ImportFlow(scene, jobs, (preview) => onPreview(preview?.geometries ?? null)),
    [scene, jobs],
  )
  useEffect(() => {
    void flow.begin().then(() => (files?.length ? flow.take(files) : undefined))
    return () => flow.end()
  }, [flow])

  const step = flow.step.value
  const isShown = step === 'preview' || step === 'running' || step === 'done'
  const run = () => void flow.run().then((result) => result && onImported(result))
  return (
    <Dialog
      key={step === 'done' ? 'done' : 'asking'}
      title={`Import labels into “${title}”`}
      width={isShown ? 480 : 640}
      isAside={isShown}
      onClose={onClose}
      footer={<Acts flow={flow} onRun={run} onClose={onClose} />}
    >
      {flow.error.value && (
        <p class="exchange-error" role="alert">
          <Icon name="error" size={13} />
          {flow.error.value}
        </p>
      )}
      {step === 'choose' && <ChooseStep flow={flow} />}
      {step === 'looking' && (
        <div class="exchange-progress" aria-live="polite">
          <p>{flow.sent.value < 1 ? 'Sending the file' : 'Looking at the file'}</p>
          <ProgressBar fraction={flow.sent.value < 1 ? flow.sent.value : null} label="Preview" />
        </div>
      )}
      {step === 'preview' && <PreviewStep flow={flow} ontology={ontology} frames={frames} />}
      {step === 'running' && flow.job.value && (
        <JobProgress board={jobs} id={flow.job.value.id} label="Importing, as one step that can be undone" />
      )}
      {step === 'done' && flow.result.value && <DoneStep result={flow.result.value} />}
    </Dialog>
  )
}

interface ActsProps {
  readonly flow: ImportFlow
  readonly onRun: () => void
  readonly onClose: () => void
}

function Acts({ flow, onRun, onClose }: ActsProps) {
  const preview = flow.preview.value
  switch (flow.step.value) {
    case 'choose':
      return (
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={!flow.canLook.value} onClick={() => void flow.look()}>
            Look at it
          </Button>
        </>
      )
    case 'looking':
    case 'running':
      return <Button onClick={() => void flow.cancel()}>Cancel</Button>
    case 'preview':
      return (
        <>
          <span class="fill dim">Nothing is written yet.</span>
          <Button onClick={onClose}>Cancel</Button>
          {flow.isStale.value ? (
            <Button
              kind="primary"
              icon="refresh"
              disabled={!flow.canLook.value}
              onClick={() => void flow.look()}
            >
              Look again
            </Button>
          ) : (
            <Button
              kind="primary"
              icon="upload"
              disabled={!preview?.is_ready || flow.n.value === 0}
              onClick={onRun}
            >
              Import {flow.n.value === 1 ? '1 label' : `${flow.n.value.toLocaleString('en')} labels`}
            </Button>
          )}
        </>
      )
    case 'done':
      return (
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      )
  }
}
