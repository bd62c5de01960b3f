import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { SceneSummary, SessionInfo } from '../../api/client'
import type { Id } from '../../model/id'
import type { JobBoard } from '../exchange/job-board'
import { Button } from '../kit/button'
import { EmptyState } from '../kit/empty-state'
import { Select } from '../kit/field'
import { Icon } from '../kit/icon'
import { lazy } from '../kit/lazy'
import type { Toasts } from '../kit/toasts'
import type { Arranged } from './arrange-dialog'
import { DropZone } from './drop-zone'
import { pickFiles } from './pick-files'
import { SceneCard } from './scene-card'
import { type Order, SceneList } from './scene-list'
import { groupsOf, titleOf } from './sidecars'
import { StartBar } from './start-bar'
import type { Asked } from './start-dialogs'
import { UploadList } from './upload-list'
import { FreshScene, Uploads } from './uploads'
import './start-page.css'

interface StartPageProps {
  readonly session: Signal<SessionInfo | null>
  readonly toasts: Toasts
  readonly jobs: JobBoard
  readonly onOpen: (scene: Id) => void
  /** More buttons for the top bar: the palette, help, the theme. */
  readonly tools?: ComponentChildren
}

const StartDialogs = lazy(() => import('./start-dialogs').then((part) => part.StartDialogs))

const LOOK_MS = 20000

/** All scenes of the project: make them, fill them with files, open, rename and delete them. */
export function StartPage({ session, toasts, jobs, onOpen, tools }: StartPageProps) {
  const list = useMemo(() => new SceneList(), [])
  const uploads = useMemo(
    () =>
      new Uploads(() => {
        void list.load()
        void jobs.refresh()
      }),
    [list, jobs],
  )
  const asked = useSignal<Asked | null>(null)
  const close = () => {
    asked.value = null
  }
  useFresh(list)

  const take = (files: readonly File[], scene: SceneSummary | null) => {
    if (groupsOf(files).length > 1) asked.value = { kind: 'arrange', files, scene }
    else send(uploads, list, files, scene, scene ? 'layers' : 'apart', titleOf(files[0]!))
  }
  const choose = () => pickFiles().then((files) => files.length && take(files, null))
  const open = (scene: SceneSummary) => onOpen(scene.id)

  const all = list.all.value
  const project = list.project.value
  const isOwner = session.value?.role === 'owner'
  return (
    <DropZone
      label="Drop GeoTIFFs, JPEG 2000, PNG… to make scenes of them"
      onFiles={(files) => take(files, null)}
    >
      <div class="start">
        <StartBar
          title={project?.title ?? ''}
          session={session}
          jobs={jobs}
          toasts={toasts}
          tools={tools}
          onName={() => {
            asked.value = { kind: 'name' }
          }}
        />
        <main>
          {all !== null && all.length > 0 && (
            <Tools
              list={list}
              onChoose={choose}
              onNew={() => {
                asked.value = { kind: 'new' }
              }}
            />
          )}
          <UploadList uploads={uploads} />
          {list.error.value && <Unread list={list} />}
          {all?.length === 0 && (
            <FirstSteps
              onChoose={choose}
              onNew={() => {
                asked.value = { kind: 'new' }
              }}
            />
          )}
          {all !== null && all.length > 0 && list.shown.value.length === 0 && (
            <EmptyState icon="search" title="No scene is called so">
              Nothing fits “{list.wanted.value}”.
            </EmptyState>
          )}
          <ul class="scene-grid">
            {project &&
              list.shown.value.map((scene) => (
                <li key={scene.id}>
                  <SceneCard
                    scene={scene}
                    ontology={project.ontology}
                    isOwner={isOwner}
                    onOpen={() => open(scene)}
                    onFiles={(files) => take(files, scene)}
                    onRename={() => {
                      asked.value = { kind: 'rename', scene }
                    }}
                    onDelete={() => {
                      asked.value = { kind: 'delete', scene }
                    }}
                  />
                </li>
              ))}
          </ul>
        </main>
        {asked.value && (
          <StartDialogs
            asked={asked.value}
            session={session}
            list={list}
            toasts={toasts}
            onClose={close}
            onArranged={(files, scene, arranged, title) => send(uploads, list, files, scene, arranged, title)}
          />
        )}
      </div>
    </DropZone>
  )
}

/** Begin to upload: into a scene that is there, into a new one, or each file into a new one of its own. */
function send(
  uploads: Uploads,
  list: SceneList,
  files: readonly File[],
  scene: SceneSummary | null,
  arranged: Arranged,
  title: string,
): void {
  const fresh = (called: string) =>
    new FreshScene(
      () => list.add(called),
      (id) => list.deleteEmpty(id),
    )
  if (scene) uploads.add(files, arranged === 'apart' ? 'layers' : arranged, async () => scene.id)
  else if (arranged === 'apart') uploads.addApart(files, fresh)
  else {
    const made = fresh(title)
    uploads.add(files, arranged, made.scene, made.abandon)
  }
}

/** Read the list now, when the person comes back to the page, and now and then. */
function useFresh(list: SceneList): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') void list.load()
    }
    look()
    const timer = setInterval(look, LOOK_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [list])
}

interface ActsProps {
  readonly onChoose: () => void
  readonly onNew: () => void
}

function Tools({ list, onChoose, onNew }: ActsProps & { readonly list: SceneList }) {
  const [all, shown] = [list.all.value?.length ?? 0, list.shown.value.length]
  return (
    <header class="start-tools">
      <h1>
        Scenes <span class="dim mono">{shown === all ? all : `${shown} of ${all}`}</span>
      </h1>
      <label class="start-search">
        <Icon name="search" size={14} />
        <input
          class="kit-input"
          type="search"
          aria-label="Find a scene"
          placeholder="Find a scene"
          value={list.wanted.value}
          onInput={(event) => {
            list.wanted.value = event.currentTarget.value
          }}
        />
      </label>
      <div class="start-order">
        <Select
          name="Order"
          value={list.order.value}
          options={[
            { value: 'newest', title: 'Newest first' },
            { value: 'title', title: 'By title' },
            { value: 'labels', title: 'Most labels first' },
          ]}
          onChange={(order) => {
            list.order.value = order as Order
          }}
        />
      </div>
      <Button icon="plus" onClick={onNew}>
        New scene
      </Button>
      <Button kind="primary" icon="upload" onClick={onChoose}>
        Upload
      </Button>
    </header>
  )
}

function Unread({ list }: { readonly list: SceneList }) {
  return (
    <div class="start-unread" role="alert">
      <Icon name="cloud-off" />
      <span>{list.error.value}</span>
      <Button icon="refresh" onClick={() => void list.load()}>
        Try again
      </Button>
    </div>
  )
}

function FirstSteps({ onChoose, onNew }: ActsProps) {
  return (
    <div class="start-first">
      <EmptyState
        icon="map"
        title="Drop a GeoTIFF here to begin"
        actions={
          <>
            <Button kind="primary" icon="upload" onClick={onChoose}>
              Choose files
            </Button>
            <Button icon="plus" onClick={onNew}>
              Empty scene
            </Button>
          </>
        }
      >
        Any raster that GDAL reads will do: GeoTIFF, Cloud Optimized GeoTIFF, JPEG 2000, VRT, PNG, JPEG, with
        or without a place on the map. Files that already lie on this machine need no upload:
        <code>geo3d add . path/to/image.tif</code>
      </EmptyState>
    </div>
  )
}
