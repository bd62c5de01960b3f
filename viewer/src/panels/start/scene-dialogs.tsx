import { useState } from 'preact/hooks'
import type { SceneSummary } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { TextField } from '../kit/field'

interface TitleDialogProps {
  readonly heading: string
  readonly act: string
  readonly before: string
  readonly onTitle: (title: string) => Promise<unknown>
  readonly onClose: () => void
}

/** Asks for the title of a scene: a new one, or another one. */
export function TitleDialog({ heading, act, before, onTitle, onClose }: TitleDialogProps) {
  const [title, setTitle] = useState(before)
  const [work, go] = useWork(() => onTitle(title.trim()), onClose)
  return (
    <Dialog
      title={heading}
      width={420}
      onClose={onClose}
      isBusy={work.isBusy}
      onSubmit={() => title.trim() && title.trim() !== before && go()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            isBusy={work.isBusy}
            disabled={!title.trim() || title.trim() === before}
          >
            {act}
          </Button>
        </>
      }
    >
      <TextField
        label="Title"
        value={title}
        maxLength={200}
        placeholder="Harbour 2026, flight 3"
        error={work.error}
        onChange={setTitle}
        isFirst
      />
    </Dialog>
  )
}

interface DeleteDialogProps {
  readonly scene: SceneSummary
  readonly onDelete: () => Promise<unknown>
  readonly onClose: () => void
}

/** Asks whether a scene is to go; its title has to be typed when there is work in it. */
export function DeleteDialog({ scene, onDelete, onClose }: DeleteDialogProps) {
  const [typed, setTyped] = useState('')
  const [work, go] = useWork(onDelete, onClose)
  const isSure = scene.n_annotations === 0 || typed.trim() === scene.title.trim()
  const n = scene.n_annotations.toLocaleString('en')
  return (
    <Dialog
      title={`Delete “${scene.title}”?`}
      width={440}
      onClose={onClose}
      isBusy={work.isBusy}
      onSubmit={() => isSure && go()}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" icon="trash" type="submit" isBusy={work.isBusy} disabled={!isSure}>
            Delete scene
          </Button>
        </>
      }
    >
      <p class="start-said">
        {scene.n_annotations > 0 ? `Its ${n} labels go with it, for everybody.` : 'It holds no labels.'} The
        raster files stay where they are.
      </p>
      {scene.n_annotations > 0 ? (
        <TextField
          label={`Type the title to confirm: ${scene.title}`}
          value={typed}
          error={work.error}
          onChange={setTyped}
          isFirst
        />
      ) : (
        work.error && <p class="kit-error">{work.error}</p>
      )}
    </Dialog>
  )
}

/** Return the state of some work of a dialog and what begins it; the dialog closes when the work went well. */
function useWork(work: () => Promise<unknown>, onClose: () => void) {
  const [state, setState] = useState<{ isBusy: boolean; error: string | null }>({
    isBusy: false,
    error: null,
  })
  const go = () => {
    setState({ isBusy: true, error: null })
    work().then(onClose, (error: unknown) => setState({ isBusy: false, error: sentenceOf(error) }))
  }
  return [state, go] as const
}
