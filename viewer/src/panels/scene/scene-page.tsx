import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { PANELS } from '..'
import { cellCommands } from '../cells/cell-commands'
import { shapeCommands } from '../geometry/shape-commands'
import type { Commands } from '../help/commands'
import type { Keymap } from '../help/keymap'
import { Icon } from '../kit/icon'
import { lazy } from '../kit/lazy'
import { Splitter } from '../kit/splitter'
import { rasterCommands } from '../layers/raster-commands'
import { paintCommands } from '../paint/paint-commands'
import type { Panel } from '../panel'
import { ReviewBar } from '../review/review-bar'
import { reviewCommands } from '../review/review-commands'
import { DropZone } from '../start/drop-zone'
import { StatusBar } from '../status-bar/status-bar'
import { tagCommands } from '../tags/tag-commands'
import { ToolRail } from '../tool-rail/tool-rail'
import { TopBar } from '../top-bar/top-bar'
import { tourSeen } from '../tour/first-time'
import { followAddress } from '../wall/address'
import { wallClassCommands, wallCommands } from '../wall/wall-commands'
import { WallPage } from '../wall/wall-page'
import type { Workbench } from '../workbench'
import { ContextMenu } from './context-menu'
import { MapPanel } from './map-panel'
import { classCommands, sceneCommands } from './scene-commands'
import { SceneDialogs, SceneUploads, useDrop } from './scene-dialogs'
import { selectionCommands } from './selection-commands'
import { sightCommands } from './sight-commands'
import './scene-page.css'

/** Comes for those who want it. */
const Tour = lazy(() => import('../tour/tour').then((part) => part.Tour))

interface ScenePageProps {
  readonly bench: Workbench
  readonly commands: Commands
  readonly keymap: Keymap
}

const SIDE = { least: 240, most: 520, first: 296 }

/** One scene: the map in the middle, tools at the left, what is known at the right. */
export function ScenePage({ bench, commands, keymap }: ScenePageProps) {
  const width = useSignal(SIDE.first)
  const { uploads, take } = useDrop(bench)
  useEffect(() => commands.add(...sceneCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...selectionCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...shapeCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...paintCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...sightCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...reviewCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...wallCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...cellCommands(bench)), [bench, commands])
  useEffect(() => commands.add(...rasterCommands(bench)), [bench, commands])
  useEffect(() => bench.clipboard.listen(), [bench])
  useEffect(() => followAddress(bench), [bench])
  const ontology = bench.session.ontology.value
  useEffect(
    () => commands.add(...classCommands(bench), ...tagCommands(bench), ...wallClassCommands(bench)),
    [bench, commands, ontology],
  )
  useEffect(
    () =>
      keymap.listen(
        window,
        () => (bench.isWall.peek() ? ['wall'] : bench.reviewing.isOn.peek() ? ['review', 'map'] : ['map']),
        (keys) => !bench.isWall.peek() && (bench.typed.key(keys) || (bench.stage.peek()?.key(keys) ?? false)),
      ),
    [bench, keymap],
  )
  return (
    <DropZone label={`Add to “${bench.session.scene.value.title}”`} onFiles={take}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps keys away from the map that are meant for what has the focus */}
      <div class="scene-page" onKeyDown={keepOwnKeys}>
        <TopBar bench={bench} commands={commands} keymap={keymap} />
        <div class="scene-middle">
          <ToolRail bench={bench} keymap={keymap} />
          <div class="scene-map">
            <MapPanel bench={bench} />
            <ReviewBar bench={bench} keymap={keymap} />
            {bench.isWall.value && <WallPage bench={bench} />}
            <SceneUploads uploads={uploads} />
          </div>
          <Splitter
            label="Width of the side panel"
            axis="x"
            isReversed
            value={width.value}
            min={SIDE.least}
            max={SIDE.most}
            onChange={(to) => {
              width.value = to
            }}
          />
          <aside class="side" style={{ width: `${width.value}px` }} aria-label="Labels">
            {PANELS.map((panel) => (
              <Section key={panel.id} bench={bench} panel={panel} />
            ))}
          </aside>
        </div>
        <StatusBar bench={bench} />
        <SceneDialogs bench={bench} />
        <BenchTour bench={bench} keymap={keymap} />
        <ContextMenu bench={bench} commands={commands} keymap={keymap} />
      </div>
    </DropZone>
  )
}

/** Keys that mean something to whatever has the focus; elsewhere than on the map they are not the map's. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'Enter',
  'Tab',
  ' ',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
])

function keepOwnKeys(event: KeyboardEvent): void {
  const isOnMap = event.target instanceof Element && event.target.closest('.map-panel, .wall-cards') !== null
  if (OWN_KEYS.has(event.key) && !isOnMap) event.stopPropagation()
}

function BenchTour({ bench, keymap }: { readonly bench: Workbench; readonly keymap: Keymap }) {
  if (!bench.isTouring.value || !bench.stage.value) return null
  const end = () => {
    bench.isTouring.value = false
    tourSeen(bench.storage)
  }
  return <Tour keymap={keymap} onEnd={end} />
}

function Section({ bench, panel }: { readonly bench: Workbench; readonly panel: Panel }) {
  const isOpen = useSignal(true)
  if (panel.isShown?.(bench) === false) return null
  const { component: Body, aside: Aside } = panel
  return (
    <section
      class="side-section"
      data-tall={(panel.isTall && isOpen.value) || undefined}
      aria-label={panel.title}
    >
      <h2>
        <button
          type="button"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value
          }}
        >
          <Icon name={isOpen.value ? 'chevron-down' : 'chevron-right'} size={11} />
          {panel.title}
        </button>
        {Aside && <Aside bench={bench} />}
      </h2>
      {isOpen.value && <Body bench={bench} />}
    </section>
  )
}
