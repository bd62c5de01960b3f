import { useState } from 'preact/hooks'
import { Button, IconButton, Kbd } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { TextField } from '../kit/field'
import { Icon } from '../kit/icon'
import type { Command, Commands } from './commands'
import { isMac, KeyConflict, type Keymap } from './keymap'
import { Keys } from './keys'
import './sheet.css'

interface ShortcutSheetProps {
  readonly commands: Commands
  readonly keymap: Keymap
  readonly onClose: () => void
}

const SCOPE_NAMES = {
  global: '',
  map: '',
  review: 'while reviewing',
  wall: 'on the wall',
  cloud: '3D',
  sequence: 'sequence',
  triview: 'side views',
} as const

/** All keys at a glance; pressing one of them lets the person choose another. */
export function ShortcutSheet({ commands, keymap, onClose }: ShortcutSheetProps) {
  const [wanted, setWanted] = useState('')
  const [waiting, setWaiting] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const listed = commands.all.value.filter((command) =>
    `${command.group} ${command.title} ${keymap.keysOf(command.id).join(' ')}`
      .toLowerCase()
      .includes(wanted.toLowerCase()),
  )
  const rebind = (command: Command, keys: readonly string[]) => {
    setWaiting(null)
    try {
      keymap.rebind(command.id, keys)
      setProblem(null)
    } catch (error) {
      if (!(error instanceof KeyConflict)) throw error
      setProblem(`${error.message} Give that one other keys first.`)
    }
  }
  const isChanged = Object.keys(keymap.chosen.value).length > 0
  const footer = (
    <>
      <span class="fill dim">
        Press the keys of a line to change them. Esc keeps them, Backspace takes them away.
      </span>
      <Button disabled={!isChanged} onClick={() => keymap.reset()}>
        Reset all
      </Button>
      <Button kind="primary" onClick={onClose}>
        Done
      </Button>
    </>
  )
  return (
    <Dialog title="Keyboard" width={820} onClose={onClose} footer={footer}>
      <div class="sheet-tools">
        <TextField
          label="Find"
          value={wanted}
          onChange={setWanted}
          placeholder="a command or a key"
          isFirst
        />
      </div>
      {problem && (
        <p class="kit-error sheet-conflict" role="alert">
          <Icon name="warning" size={12} />
          {problem}
        </p>
      )}
      <div class="sheet-groups">
        {[...new Set(listed.map((command) => command.group))].map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            {listed
              .filter((command) => command.group === group)
              .map((command) => (
                <Row
                  key={command.id}
                  command={command}
                  keymap={keymap}
                  isWaiting={waiting === command.id}
                  onWait={(isWaiting) => setWaiting(isWaiting ? command.id : null)}
                  onKeys={(keys) => rebind(command, keys)}
                />
              ))}
          </section>
        ))}
      </div>
    </Dialog>
  )
}

interface RowProps {
  readonly command: Command
  readonly keymap: Keymap
  readonly isWaiting: boolean
  readonly onWait: (isWaiting: boolean) => void
  readonly onKeys: (keys: readonly string[]) => void
}

function Row({ command, keymap, isWaiting, onWait, onKeys }: RowProps) {
  const keys = keymap.keysOf(command.id)
  const scope = SCOPE_NAMES[command.scope]
  return (
    <div class="sheet-row">
      <span>
        {command.title} {scope && <span class="dim">({scope})</span>}
      </span>
      {keymap.chosen.value[command.id] && (
        <IconButton
          icon="undo"
          label={`Reset the keys of ${command.title}`}
          size={22}
          onClick={() => keymap.reset(command.id)}
        />
      )}
      <button
        type="button"
        data-waits={isWaiting || undefined}
        onClick={() => onWait(true)}
        onBlur={() => isWaiting && onWait(false)}
        onKeyDown={(event) => {
          if (!isWaiting) return
          const pressed = Keys.of(event)
          if (pressed === null) return
          event.preventDefault()
          event.stopPropagation()
          if (pressed === 'Escape') onWait(false)
          else onKeys(pressed === 'Backspace' ? [] : [pressed])
        }}
      >
        <span class="unseen">Keys of {command.title}: </span>
        {isWaiting
          ? 'press keys…'
          : keys.length
            ? keys.map((k) => <Kbd key={k} keys={Keys.shown(k, isMac())} />)
            : 'none'}
      </button>
    </div>
  )
}
