import { signal, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { SessionInfo } from './api/client'
import { sentenceOf } from './api/problem'
import { projectApi } from './api/project'
import { JobBoard } from './panels/exchange/job-board'
import { Commands } from './panels/help/commands'
import { Keymap } from './panels/help/keymap'
import { Button, IconButton } from './panels/kit/button'
import { EmptyState } from './panels/kit/empty-state'
import { lazy } from './panels/kit/lazy'
import { Theme } from './panels/kit/theme'
import { ToastHost } from './panels/kit/toast'
import { Toasts } from './panels/kit/toasts'
import { SceneSkeleton } from './panels/scene/scene-skeleton'
import type { Workbench } from './panels/workbench'

const StartPage = lazy(() => import('./panels/start/start-page').then((part) => part.StartPage))
const CommandPalette = lazy(() => import('./panels/help/palette').then((part) => part.CommandPalette))
const ShortcutSheet = lazy(() => import('./panels/help/sheet').then((part) => part.ShortcutSheet))
const NamePrompt = lazy(() => import('./panels/start/name-prompt').then((part) => part.NamePrompt))
/** Milliseconds until what may be asked for at any time is sent for: it has to be there without a connection too. */
const SPARE_MS = 1500

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

interface AppProps {
  readonly shell: Shell
}

/** The page: the start, or one scene, and what stands above both. */
export function App({ shell }: AppProps) {
  const { session, toasts, board, commands, keymap, overlay } = shell
  useSignalEffect(() => Theme.apply(document.documentElement, shell.theme.value))
  useEffect(() => {
    projectApi.session().then(
      (info) => {
        session.value = info
      },
      (error) => toasts.error(error, { title: 'Try again', run: () => location.reload() }),
    )
    const ahead = setTimeout(
      () => void Promise.allSettled([CommandPalette.load(), ShortcutSheet.load()]),
      SPARE_MS,
    )
    const end = board.watch()
    return () => {
      clearTimeout(ahead)
      end()
    }
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
          tools={<StartTools shell={shell} />}
          onOpen={(id) => {
            location.hash = `#/scene/${encodeURIComponent(id)}`
          }}
        />
      ) : (
        session.value?.id && <OpenScene key={scene} shell={shell} scene={scene} actor={session.value} />
      )}
      {(overlay.value === 'name' || (session.value && !session.value.id)) && (
        <NamePrompt session={session} {...(overlay.value === 'name' ? { onClose: close } : {})} />
      )}
      {overlay.value === 'palette' && <CommandPalette commands={commands} keymap={keymap} onClose={close} />}
      {overlay.value === 'keys' && <ShortcutSheet commands={commands} keymap={keymap} onClose={close} />}
      <ToastHost toasts={toasts} />
    </>
  )
}

/** What the start page shares with a scene: commands, keys, the theme. */
function StartTools({ shell }: AppProps) {
  const { commands, keymap } = shell
  const run = (id: string) => () => void commands.run(id)
  return (
    <>
      <IconButton
        icon="search"
        label="Find a command"
        keys={keymap.shown('help.palette')}
        onClick={run('help.palette')}
      />
      <IconButton
        icon="keyboard"
        label="Keyboard shortcuts"
        keys={keymap.shown('help.keys')}
        onClick={run('help.keys')}
      />
      <IconButton icon="sun" label="Light or dark" onClick={run('view.theme')} />
    </>
  )
}

interface OpenSceneProps {
  readonly shell: Shell
  readonly scene: string
  readonly actor: SessionInfo
}

type ScenePart = typeof import('./open-bench')

async function scenePart(): Promise<ScenePart> {
  try {
    return await import('./open-bench')
  } catch (cause) {
    throw new Error(
      'A part of the viewer could not be loaded: the server is away, or newer than this page.',
      {
        cause,
      },
    )
  }
}

/** A scene, with all that is only needed in one: tools, panels and the map come when the first one is opened. */
function OpenScene({ shell, scene, actor }: OpenSceneProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [part, setPart] = useState<ScenePart | null>(null)
  const opening = useMemo(() => new AbortController(), [scene])
  useEffect(() => {
    const open = async () => {
      const found = await scenePart()
      setPart(found)
      const bench = await found.openBench(shell, scene, actor)
      if (opening.signal.aborted) bench.close()
      else shell.bench.value = bench
    }
    open().catch((error) => setProblem(sentenceOf(error)))
    return () => {
      opening.abort()
      shell.bench.peek()?.close()
      shell.bench.value = null
    }
  }, [scene])
  const bench = shell.bench.value
  if (problem) return <Unopened problem={problem} />
  if (!bench || !part) return <SceneSkeleton />
  return <part.ScenePage bench={bench} commands={shell.commands} keymap={shell.keymap} />
}

function Unopened({ problem }: { readonly problem: string }) {
  const leave = () => {
    location.hash = '#/'
  }
  const actions = (
    <>
      <Button icon="refresh" onClick={() => location.reload()}>
        Try again
      </Button>
      <Button kind="primary" onClick={leave}>
        All scenes
      </Button>
    </>
  )
  return (
    <main class="unopened">
      <EmptyState icon="warning" title="This scene cannot be opened" actions={actions}>
        {problem}
      </EmptyState>
    </main>
  )
}
