import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Kbd } from '../kit/button'
import { Icon } from '../kit/icon'
import type { Command, Commands } from './commands'
import { fuzzy } from './fuzzy'
import type { Keymap } from './keymap'
import '../kit/dialog.css'
import './palette.css'

/** Something that the palette lists. */
interface Hit {
  readonly command: Command
  readonly at: ReadonlySet<number>
}

interface CommandPaletteProps {
  readonly commands: Commands
  readonly keymap: Keymap
  /** More that fits what was typed: objects by number, classes, places. */
  readonly more?: (query: string) => readonly Command[]
  readonly onClose: () => void
}

const MOST_SHOWN = 60

/** Every command by name: type some letters, Enter runs it. */
export function CommandPalette({ commands, keymap, more, onClose }: CommandPaletteProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const [query, setQuery] = useState('')
  const [index, setIndex] = useState(0)
  const hits = hitsOf(commands, query, more?.(query) ?? [])

  useEffect(() => {
    const before = document.activeElement
    ref.current!.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' })
  }, [index])

  const run = (hit: Hit | undefined) => {
    if (!hit || hit.command.isEnabled?.() === false) return
    // the dialog goes first, so that the command meets the page as it was
    ref.current?.close()
    onClose()
    if (!commands.run(hit.command.id)) hit.command.run()
  }
  const keys: { readonly [key: string]: () => void } = {
    ArrowDown: () => setIndex((index + 1) % Math.max(1, hits.length)),
    ArrowUp: () => setIndex((index - 1 + hits.length) % Math.max(1, hits.length)),
    PageDown: () => setIndex(Math.min(hits.length - 1, index + 8)),
    PageUp: () => setIndex(Math.max(0, index - 8)),
    Enter: () => run(hits[index]),
  }
  return (
    <dialog
      ref={ref}
      class="kit-dialog palette"
      aria-label="Commands"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => event.target === ref.current && onClose()}
    >
      <div class="palette-search">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Search or run a command"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={hits.length ? `${id}-${index}` : undefined}
          placeholder="Search or run a command…"
          autocomplete="off"
          spellcheck={false}
          autoFocus
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value)
            setIndex(0)
          }}
          onKeyDown={(event) => {
            const act = keys[event.key]
            if (!act || event.isComposing) return
            event.preventDefault()
            act()
          }}
        />
        <Kbd keys="Esc" />
      </div>
      {hits.length === 0 && <p class="palette-none">Nothing is called “{query}”.</p>}
      <div ref={list} id={id} class="palette-list" role="listbox" aria-label="Commands" tabIndex={-1}>
        {hits.map((hit, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the combobox
          <div
            key={hit.command.id}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === index}
            aria-disabled={hit.command.isEnabled?.() === false}
            onPointerMove={() => setIndex(at)}
            onClick={() => run(hit)}
          >
            <HitIcon command={hit.command} />
            <span class="ellipsis">
              <Marked text={hit.command.title} at={hit.at} />
            </span>
            <span class="palette-group">{hit.command.group}</span>
            <span>{keymap.shown(hit.command.id) && <Kbd keys={keymap.shown(hit.command.id)!} />}</span>
          </div>
        ))}
      </div>
    </dialog>
  )
}

function HitIcon({ command }: { readonly command: Command }) {
  const name = command.isOn?.() ? 'check' : command.icon
  return <span class="dim">{name && <Icon name={name} />}</span>
}

function Marked({ text, at }: { readonly text: string; readonly at: ReadonlySet<number> }) {
  if (!at.size) return <>{text}</>
  return <>{[...text].map((letter, i) => (at.has(i) ? <mark key={i}>{letter}</mark> : letter))}</>
}

/** Return what to list: the best first, or, as long as nothing is typed, the ones run last and then all by group. */
function hitsOf(commands: Commands, query: string, more: readonly Command[]): readonly Hit[] {
  const all = [...commands.all.value, ...more]
  if (!query.trim()) {
    const recent = commands.recent.value.flatMap((id) => commands.get(id) ?? [])
    const rest = all.filter((command) => !recent.includes(command))
    return [...recent, ...rest].slice(0, MOST_SHOWN).map((command) => ({ command, at: new Set<number>() }))
  }
  const scored = all.flatMap((command) => {
    const match = fuzzy(query, command.title)
    const loose = match ?? fuzzy(query, `${command.group} ${command.title}`)
    if (!loose) return []
    return [{ command, score: match ? match.score : loose.score - 20, at: match?.at ?? new Set<number>() }]
  })
  return scored.sort((a, b) => b.score - a.score).slice(0, MOST_SHOWN)
}
