import { signal, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { SessionInfo } from './api/client'
import { sentenceOf } from './api/problem'
import { projectApi } from './api/project'
import { openBench } from './open-bench'
import { JobBoard } from './panels/exchange/job-board'
import { Commands } from './panels/help/commands'
import { Keymap } from './panels/help/keymap'
import { CommandPalette } from './panels/help/palette'
import { ShortcutSheet } from './panels/help/sheet'
import { Button } from './panels/kit/button'
import { EmptyState } from './panels/kit/empty-state'
import { Theme } from './panels/kit/theme'
import { ToastHost } from './panels/kit/toast'
import { Toasts } from './panels/kit/toasts'
import { ScenePage } from './panels/scene/scene-page'
import { NamePrompt } from './panels/start/name-prompt'
import { StartPage } from './panels/start/start-page'
import type { Workbench } from './panels/workbench'

/** What the whole page shares; made once by `main.tsx`, nothing of it is global. */
export class Shell {
  readonly session = signal<SessionInfo | null>(null)
  readonly toasts = new Toasts()
  readonly board = new JobBoard()
  readonly commands = new Commands()
  readonly keymap: Keymap
  /** The open scene; null on the start page. */
  readonly bench = signal<Workbench | null>(null)
  readonly overlay = signal<'palette' | 'keys' | 'name' | null>(null)
  readonly theme = signal<Theme>('dark')
  /** Id of the scene that the address names. */
  readonly route = signal<string | null>(sceneOf(location.hash))
  readonly storage: Storage

  constructor(storage: Storage) {
    this.storage = storage
    this.keymap = new Keymap(this.commands, storage)
    this.theme.value = (storage.getItem('geo3d.theme') as Theme | null) ?? 'dark'
    addEventListener('hashchange', () => {
      this.route.value = sceneOf(location.hash)
    })
    this.commands.add(...this.#commands())
  }

  #commands() {
    const show = (what: 'palette' | 'keys' | 'name') => () => {
      this.overlay.value = what
    }
    const help = { group: 'Help', scope: 'global' } as const
    return [
      {
        id: 'help.palette',
        title: 'Find a command',
        keys: ['Ctrl+K'],
        icon: 'search',
        isEverywhere: true,
        ...help,
        run: show('palette'),
      },
      {
        id: 'help.keys',
        title: 'Keyboard shortcuts',
        keys: ['?'],
        icon: 'keyboard',
        ...help,
        run: show('keys'),
      },
      { id: 'help.name', title: 'Change your name', icon: 'user', ...help, run: show('name') },
      {
        id: 'view.theme',
        title: 'Light or dark',
        group: 'View',
        scope: 'global' as const,
        icon: 'sun',
        run: () => {
          this.theme.value = this.theme.peek() === 'light' ? 'dark' : 'light'
          this.storage.setItem('geo3d.theme', this.theme.peek())
        },
      },
    ]
  }
}

/** Return the scene that an address names: `#/scene/ID`. */
function sceneOf(hash: string): string | null {
  const match = /^#\/scene\/([^/?]+)/.exec(hash)
  return match ? decodeURIComponent(match[1]!) : null
}

/** The page: the start, or one scene, and what stands above both. */
export function App({ shell }: { readonly shell: Shell }) {
  const { session, toasts, board, commands, keymap, overlay } = shell
  useSignalEffect(() => Theme.apply(document.documentElement, shell.theme.value))
  useEffect(() => {
    projectApi.session().then(
      (info) => {
        session.value = info
      },
      (error) => toasts.error(error, { title: 'Try again', run: () => location.reload() }),
    )
    return board.watch()
  }, [shell])
  useEffect(() => (shell.route.value ? undefined : keymap.listen(window, () => [])), [shell.route.value])
  const close = () => {
    overlay.value = null
  }
  const scene = shell.route.value
  return (
    <>
      {scene === null ? (
        <StartPage
          session={session}
          toasts={toasts}
          jobs={board}
          onOpen={(id) => {
            location.hash = `#/scene/${encodeURIComponent(id)}`
          }}
        />
      ) : (
        session.value?.id && <OpenScene key={scene} shell={shell} scene={scene} actor={session.value} />
      )}
      <NamePrompt session={session} {...(overlay.value === 'name' ? { onClose: close } : {})} />
      {overlay.value === 'palette' && <CommandPalette commands={commands} keymap={keymap} onClose={close} />}
      {overlay.value === 'keys' && <ShortcutSheet commands={commands} keymap={keymap} onClose={close} />}
      <ToastHost toasts={toasts} />
    </>
  )
}

interface OpenSceneProps {
  readonly shell: Shell
  readonly scene: string
  readonly actor: SessionInfo
}

function OpenScene({ shell, scene, actor }: OpenSceneProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const opening = useMemo(() => new AbortController(), [scene])
  useEffect(() => {
    openBench(shell, scene, actor).then(
      (bench) => {
        if (opening.signal.aborted) bench.close()
        else shell.bench.value = bench
      },
      (error) => setProblem(sentenceOf(error)),
    )
    return () => {
      opening.abort()
      shell.bench.peek()?.close()
      shell.bench.value = null
    }
  }, [scene])
  const bench = shell.bench.value
  if (problem)
    return (
      <EmptyState
        icon="warning"
        title="This scene cannot be opened"
        actions={
          <Button
            kind="primary"
            onClick={() => {
              location.hash = '#/'
            }}
          >
            All scenes
          </Button>
        }
      >
        {problem}
      </EmptyState>
    )
  return bench && <ScenePage bench={bench} commands={shell.commands} keymap={shell.keymap} />
}
