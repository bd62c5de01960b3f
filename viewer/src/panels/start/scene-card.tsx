import { useEffect, useState } from 'preact/hooks'
import type { SceneSummary } from '../../api/client'
import { client, dataOf, type Schemas } from '../../api/client'
import type { Ontology } from '../../model/ontology'
import { type Asset, Scene } from '../../model/scene'
import { ClassBar } from '../kit/class-bar'
import { Menu } from '../kit/menu'
import { ago } from './ago'
import { DropZone } from './drop-zone'
import { Thumbnail } from './thumbnail'

interface SceneCardProps {
  readonly scene: SceneSummary
  readonly ontology: Ontology
  /** May delete. */
  readonly isOwner: boolean
  readonly onOpen: () => void
  readonly onFiles: (files: readonly File[]) => void
  readonly onRename: () => void
  readonly onDelete: () => void
}

/** One scene: its picture, what is in it, and what can be done with it. Files dropped on it are added to it. */
export function SceneCard({ scene, ontology, isOwner, onOpen, onFiles, onRename, onDelete }: SceneCardProps) {
  const rasters = Scene.rasters({ assets: scene.assets } as Scene)
  const first = (rasters[0] ?? null) as Asset | null
  const changed = useLastChange(scene)
  const n = scene.n_annotations
  return (
    <DropZone label={`Add to ${scene.title}`} onFiles={onFiles}>
      <article class="scene-card">
        <a
          href={`#/scenes/${encodeURIComponent(scene.id)}`}
          class="scene-card-open"
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            onOpen()
          }}
        >
          <Thumbnail asset={first} />
          <h2 class="ellipsis" title={scene.title}>
            {scene.title}
          </h2>
        </a>
        <div class="scene-card-menu">
          <Menu
            label={`More about ${scene.title}`}
            entries={[
              { id: 'open', title: 'Open', icon: 'arrow-right', run: onOpen },
              { id: 'rename', title: 'Rename…', icon: 'pencil', run: onRename },
              'line',
              {
                id: 'delete',
                title: 'Delete…',
                icon: 'trash',
                isDanger: true,
                disabled: !isOwner,
                run: onDelete,
              },
            ]}
          />
        </div>
        <p class="scene-card-facts">
          <span>{rasters.length === 1 ? '1 raster' : `${rasters.length} rasters`}</span>
          <span>{n === 1 ? '1 label' : `${n.toLocaleString('en')} labels`}</span>
          {changed && <time dateTime={changed}>{ago(new Date(changed), new Date())}</time>}
        </p>
        {n > 0 ? (
          <ClassBar counts={scene.counts} ontology={ontology} mostNamed={3} />
        ) : (
          <div class="kit-class-bar" />
        )}
      </article>
    </DropZone>
  )
}

/** Return when a scene was last changed, once the server has said it; asks again when there is a newer revision. */
function useLastChange({ id, revision }: SceneSummary): string | null {
  const [at, setAt] = useState<string | null>(null)
  useEffect(() => {
    let isGone = false
    const params = { path: { scene: id }, query: { since: Math.max(0, revision - 1), limit: 1 } }
    dataOf<Schemas['CommitsReply']>(client.GET('/api/scenes/{scene}/commits', { params })).then(
      ({ commits }) => {
        if (!isGone) setAt(commits.at(-1)?.at ?? null)
      },
      // the card does without: the list itself tells when the server is away
      () => {},
    )
    return () => {
      isGone = true
    }
  }, [id, revision])
  return at
}
