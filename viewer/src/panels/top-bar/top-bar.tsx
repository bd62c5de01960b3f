import { JobsButton } from '../exchange/jobs-button'
import type { Commands } from '../help/commands'
import type { Keymap } from '../help/keymap'
import { Button, IconButton, Kbd } from '../kit/button'
import { Icon } from '../kit/icon'
import { Menu } from '../kit/menu'
import { ReviewButtons } from '../review/review-buttons'
import { showWall } from '../wall/address'
import type { Workbench } from '../workbench'
import { SyncBadge } from './sync-badge'
import './top-bar.css'

interface TopBarProps {
  readonly bench: Workbench
  readonly commands: Commands
  readonly keymap: Keymap
}

/** Where one is, whether the work is safe, and what concerns the scene as a whole. */
export function TopBar({ bench, commands, keymap }: TopBarProps) {
  const { session } = bench
  const keys = (id: string) => keymap.shown(id)
  const run = (id: string) => () => void commands.run(id)
  return (
    <header class="top-bar">
      <a class="brand" href="#/" title="All scenes" aria-label="geo3d: all scenes">
        <Logo />
        <strong>geo3d</strong>
      </a>
      <nav class="crumbs ellipsis" aria-label="Breadcrumb">
        <a href="#/">{session.project.value.title}</a>
        <span aria-hidden="true">/</span>
        <h1 class="ellipsis">{session.scene.value.title}</h1>
      </nav>
      <button type="button" class="search" onClick={run('help.palette')}>
        <Icon name="search" size={13} />
        <span>Search or run a command…</span>
        <Kbd keys={keys('help.palette') ?? 'Ctrl+K'} />
      </button>
      <div class="top-acts">
        <SyncBadge bench={bench} />
        <IconButton
          icon="images"
          label={bench.isWall.value ? 'Back to the map' : 'Wall of crops'}
          keys={keys(bench.isWall.value ? 'wall.map' : 'scene.wall')}
          isOn={bench.isWall.value}
          onClick={() => showWall(bench, !bench.isWall.peek())}
        />
        <IconButton icon="undo" label="Undo" keys={keys('edit.undo')} onClick={run('edit.undo')} />
        <IconButton icon="redo" label="Redo" keys={keys('edit.redo')} onClick={run('edit.redo')} />
        <JobsButton board={bench.board} toasts={bench.toasts} />
        <span class="top-exchange">
          <Button icon="upload" onClick={run('scene.import')}>
            <span>Import</span>
          </Button>
          <Button icon="download" onClick={run('scene.export')}>
            <span>Export</span>
          </Button>
        </span>
        <ReviewButtons bench={bench} commands={commands} />
        <Menu
          label="More"
          entries={[
            {
              id: 'palette',
              title: 'All commands',
              icon: 'command',
              keys: keys('help.palette') ?? '',
              run: run('help.palette'),
            },
            {
              id: 'keys',
              title: 'Keyboard shortcuts',
              icon: 'keyboard',
              keys: keys('help.keys') ?? '',
              run: run('help.keys'),
            },
            { id: 'tour', title: 'Take the tour', icon: 'info', run: run('help.tour') },
            'line',
            { id: 'theme', title: 'Light or dark', icon: 'sun', run: run('view.theme') },
            { id: 'name', title: session.actor.name ?? 'Your name', icon: 'user', run: run('help.name') },
            'line',
            { id: 'scenes', title: 'All scenes', icon: 'chevron-left', run: run('scene.leave') },
          ]}
        />
      </div>
    </header>
  )
}

/** A cube over a plane, the mark of the house. */
export function Logo() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 32 32"
      aria-hidden="true"
      fill="none"
      stroke-width="2.6"
      stroke-linejoin="round"
    >
      <path d="M16 4 27 10v12l-11 6-11-6V10z" stroke="var(--accent)" />
      <path d="m5 10 11 6 11-6M16 16v12" stroke="var(--selection)" />
    </svg>
  )
}
