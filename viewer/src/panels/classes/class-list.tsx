import type { Signal } from '@preact/signals'
import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { type ClassPlace, ClassTree } from '../../model/class-tree'
import { type LabelClass, Ontology } from '../../model/ontology'
import { Camera } from '../../views/camera'
import { IconButton, Kbd } from '../kit/button'
import { ColorPicker } from '../kit/color-picker'
import { Menu } from '../kit/menu'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { AddClass } from './add-class'
import { foldedClasses } from './folded'
import { GuidelineCard } from './guideline-card'
import { dragging, dropping, moveClass } from './move-class'
import { RetiredClasses } from './retired-classes'
import { useHover } from './use-hover'
import './classes.css'

/** The classes: which one is drawn, how many there are of each, their names and colours. */
export function ClassList({ bench }: PanelProps) {
  const { session } = bench
  const ontology = session.ontology.value
  const keys = new Map([...Ontology.keys(ontology)].map(([key, c]) => [c.slug, key]))
  const chosen = session.chosen.value?.slug
  const folded = useMemo(() => foldedClasses(bench.storage), [bench])
  const places = ClassTree.places(ontology, session.counts.value, folded.value)
  return (
    <div class="classes">
      {places.length === 0 && (
        <p class="dim classes-none">No class yet. A class says what an object is: Building, Road, Tree.</p>
      )}
      <ul aria-label="Classes">
        {places.map((place) => (
          <ClassRow
            key={place.label.slug}
            bench={bench}
            place={place}
            folded={folded}
            keyName={keys.get(place.label.slug)}
            isChosen={place.label.slug === chosen}
          />
        ))}
      </ul>
      <AddClass bench={bench} />
      <RetiredClasses bench={bench} />
    </div>
  )
}

interface ClassRowProps {
  readonly bench: Workbench
  readonly place: ClassPlace
  readonly folded: Signal<ReadonlySet<string>>
  readonly keyName: string | undefined
  readonly isChosen: boolean
}

function ClassRow({ bench, place, folded, keyName, isChosen }: ClassRowProps) {
  const { label, depth, hasBelow } = place
  const { session, toasts } = bench
  const [isRenaming, setRenaming] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const card = useId()
  const [isGuiding, setGuiding] = useHover(label.guideline !== '' && !isRenaming)
  const n = hasBelow ? place.n : (session.counts.value[label.slug] ?? 0)
  const isFolded = folded.value.has(label.slug)
  const fold = (isWanted: boolean) => {
    const rest = [...folded.peek()].filter((slug) => slug !== label.slug)
    folded.value = new Set(isWanted ? [...rest, label.slug] : rest)
  }
  const isHidden = bench.hidden.value.has(label.slug)
  const isLocked = session.guard.lockedClasses.value.has(label.slug)
  const change = (update: Partial<LabelClass>, message: string) =>
    void session
      .changeClass(label.slug, message, (newest) => ({ ...newest, ...update }))
      .catch((error) => toasts.error(error))
  const openSettings = () => {
    bench.classOpen.value = { slug: label.slug, tab: 'class' }
  }
  /** Arrow keys: fold, go to the next row, and with Alt move the class in and out. */
  const turned = (event: KeyboardEvent): boolean => {
    const ontology = session.ontology.peek()
    const goal = event.altKey
      ? {
          ArrowRight: ClassTree.inward(ontology, label.slug),
          ArrowLeft: ClassTree.outward(ontology, label.slug),
        }[event.key]
      : undefined
    if (event.altKey && event.key === 'ArrowRight' && goal) void moveClass(bench, label.slug, goal)
    else if (event.altKey && event.key === 'ArrowLeft' && goal !== undefined)
      void moveClass(bench, label.slug, goal)
    else if (event.key === 'ArrowRight' && hasBelow) fold(false)
    else if (event.key === 'ArrowLeft' && hasBelow) fold(true)
    else if (event.key === 'ArrowDown') titleIn(row.current?.nextElementSibling)?.focus()
    else if (event.key === 'ArrowUp') titleIn(row.current?.previousElementSibling)?.focus()
    else return false
    return true
  }
  const rename = (title: string) => {
    setRenaming(false)
    if (title.trim() && title.trim() !== label.title) change({ title: title.trim() }, `Rename ${label.title}`)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in it does the same; the whole row is a larger target
    <li
      ref={row}
      class="class-row"
      style={{ paddingLeft: `${6 + 14 * depth}px` }}
      {...(isRenaming ? {} : dragging(label.slug))}
      {...dropping(bench, label.slug)}
      onPointerEnter={() => setGuiding(true)}
      onPointerLeave={() => setGuiding(false)}
      data-chosen={isChosen || undefined}
      data-hidden={isHidden || undefined}
      onClick={() => chooseClass(bench, label.slug)}
      onDblClick={() => setRenaming(true)}
    >
      {hasBelow && (
        <IconButton
          icon={isFolded ? 'chevron-right' : 'chevron-down'}
          size={18}
          isOn={!isFolded}
          label={`Classes below ${label.title}`}
          onClick={stopped(() => fold(!isFolded))}
        />
      )}
      <ColorPicker
        label={`Colour of ${label.title}`}
        value={label.color}
        onChange={(color) => change({ color }, `Recolour ${label.title}`)}
      />
      {isRenaming ? (
        <NameInput value={label.title} onDone={rename} onCancel={() => setRenaming(false)} />
      ) : (
        <button
          type="button"
          class="class-title ellipsis"
          aria-pressed={isChosen}
          title={label.guideline ? undefined : label.title}
          aria-describedby={isGuiding ? card : undefined}
          onFocus={() => setGuiding(true)}
          onBlur={() => setGuiding(false)}
          onClick={stopped(() => chooseClass(bench, label.slug))}
          onKeyDown={(event) => {
            if (event.key === 'F2') setRenaming(true)
            if (event.key === 'Escape') setGuiding(false)
            if (turned(event)) return event.preventDefault()
            if (event.key !== 'Enter' || !event.altKey) return
            event.preventDefault()
            openSettings()
          }}
        >
          {label.title}
        </button>
      )}
      {keyName && !isRenaming && <Kbd keys={keyName.toUpperCase()} />}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: it only keeps clicks in the menu from choosing the class */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: likewise */}
      <span class="class-acts" onClick={(event) => event.stopPropagation()}>
        <Menu
          label={`More about ${label.title}`}
          size={22}
          entries={[
            { id: 'settings', title: 'Settings…', icon: 'settings', keys: 'Alt+Enter', run: openSettings },
            { id: 'rename', title: 'Rename', icon: 'pencil', keys: 'F2', run: () => setRenaming(true) },
            {
              id: 'only',
              title: 'Show only this class',
              icon: 'eye',
              run: () => showOnly(bench, label.slug),
            },
            {
              id: 'choose',
              title: 'Choose those in view',
              icon: 'select',
              run: () => chooseInView(bench, label.slug),
            },
            'line',
            {
              id: 'retire',
              title: 'Retire: no new labels',
              icon: 'lock',
              isDanger: true,
              run: () => change({ retired: true }, `Retire ${label.title}`),
            },
          ]}
        />
      </span>
      <span class="class-eye" data-on={isLocked || undefined}>
        <IconButton
          icon={isLocked ? 'lock' : 'unlock'}
          size={22}
          label={isLocked ? `Unlock ${label.title}` : `Lock ${label.title}: no tool changes its objects`}
          onClick={stopped(() => session.guard.toggleClassLock(label.slug))}
        />
      </span>
      <span class="class-eye" data-on={isHidden || undefined}>
        <IconButton
          icon={isHidden ? 'eye-off' : 'eye'}
          size={22}
          label={`${isHidden ? 'Show' : 'Hide'} ${label.title}`}
          onClick={stopped(() => toggleHidden(bench, label.slug))}
        />
      </span>
      <span class="class-count mono" title={hasBelow ? 'With all classes below it' : undefined}>
        {n.toLocaleString('en').replaceAll(',', '\u2009')}
      </span>
      {isGuiding && row.current && <GuidelineCard id={card} label={label} anchor={row.current} />}
    </li>
  )
}

function titleIn(row: Element | null | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>('.class-title') ?? null
}

interface NameInputProps {
  readonly value: string
  readonly onDone: (title: string) => void
  readonly onCancel: () => void
}

function NameInput({ value, onDone, onCancel }: NameInputProps) {
  return (
    <input
      class="kit-input class-name"
      aria-label="Name of the class"
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to rename
      autoFocus
      defaultValue={value}
      maxLength={200}
      ref={(input) => input?.select()}
      onClick={(event) => event.stopPropagation()}
      onBlur={(event) => onDone(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') onDone(event.currentTarget.value)
        if (event.key === 'Escape') onCancel()
      }}
    />
  )
}

/** Draw with a class; where objects are chosen with the select tool, they become of that class. */
export function chooseClass(bench: Workbench, slug: string): void {
  const { session, tool } = bench
  session.choose(slug)
  const ids = session.selection.ids.peek()
  if (ids.length && tool.peek().group === 'navigate') session.editor.relabel(ids, slug)
}

function toggleHidden(bench: Workbench, slug: string): void {
  const hidden = new Set(bench.hidden.peek())
  if (!hidden.delete(slug)) hidden.add(slug)
  bench.hidden.value = hidden
}

/** Hide all other classes; when they are hidden already, show all again. */
function showOnly(bench: Workbench, slug: string): void {
  const others = Ontology.active(bench.session.ontology.peek())
    .map((c) => c.slug)
    .filter((other) => other !== slug)
  const hidden = bench.hidden.peek()
  const isOnly = !hidden.has(slug) && others.every((other) => hidden.has(other))
  bench.hidden.value = new Set(isOnly ? [] : others)
}

function chooseInView(bench: Workbench, slug: string): void {
  const stage = bench.stage.peek()
  if (!stage) return
  const seen = stage.shown.near(Camera.bounds(stage.view.camera.peek()))
  bench.session.selection.set(...seen.filter((s) => s.annotation.label === slug).map((s) => s.annotation.id))
}

function stopped(work: () => void) {
  return (event: Event) => {
    event.stopPropagation()
    work()
  }
}
