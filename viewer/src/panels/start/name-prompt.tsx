import type { Signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { SessionInfo } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { projectApi } from '../../api/project'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { TextField } from '../kit/field'

interface NamePromptProps {
  readonly session: Signal<SessionInfo | null>
  /** The person wants another name; without it the dialog shows itself only while there is none. */
  readonly onClose?: () => void
}

/** Asks what to call the person: every change carries a name. */
export function NamePrompt({ session, onClose }: NamePromptProps) {
  const known = session.value
  if (known === null || (known.id && !onClose)) return null
  return <NameDialog session={session} before={known} onClose={onClose} />
}

interface NameDialogProps {
  readonly session: Signal<SessionInfo | null>
  readonly before: SessionInfo
  readonly onClose: (() => void) | undefined
}

function NameDialog({ session, before, onClose }: NameDialogProps) {
  const [name, setName] = useState(before.name ?? '')
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const give = async () => {
    if (!name.trim()) return setError('Any name will do; a first name is enough.')
    setBusy(true)
    try {
      session.value = await projectApi.introduce(name.trim())
      onClose?.()
    } catch (failure) {
      setError(sentenceOf(failure))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={onClose ? 'Your name' : 'Welcome to geo3d'}
      width={400}
      isFirm={!onClose}
      onClose={() => onClose?.()}
      onSubmit={() => void give()}
      footer={
        <Button kind="primary" type="submit" isBusy={isBusy}>
          {onClose ? 'Use this name' : 'Start'}
        </Button>
      }
    >
      <TextField
        label="What is your name?"
        hint="It stands beside what you draw and change. The same name is the same person, on every machine."
        value={name}
        error={error}
        maxLength={80}
        isFirst
        onChange={(text) => {
          setName(text)
          setError(null)
        }}
      />
    </Dialog>
  )
}
