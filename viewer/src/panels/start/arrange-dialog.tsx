import { useState } from 'preact/hooks'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Icon, type IconName } from '../kit/icon'
import { titleOf } from './sidecars'
import type { Arrangement } from './uploads'

/** How dropped files belong together; `apart`: each is a scene of its own. */
export type Arranged = Arrangement | 'apart'

interface Way {
  readonly id: Arranged
  readonly icon: IconName
  readonly title: string
  readonly hint: string
}

const WAYS: readonly Way[] = [
  { id: 'apart', icon: 'images', title: 'Scenes of their own', hint: 'Each file is labelled by itself.' },
  {
    id: 'layers',
    icon: 'layers',
    title: 'Layers of one scene',
    hint: 'Different pictures of one place, one above the other.',
  },
  {
    id: 'stack',
    icon: 'list',
    title: 'Bands of one image',
    hint: 'One file per band, as Landsat and Sentinel-2 come.',
  },
  {
    id: 'mosaic',
    icon: 'map',
    title: 'Tiles of one mosaic',
    hint: 'Files side by side that make one large picture.',
  },
  { id: 'series', icon: 'clock', title: 'Moments of a series', hint: 'One place at different times.' },
]

interface ArrangeDialogProps {
  readonly files: readonly File[]
  /** Title of the scene they go to; null = a new one. */
  readonly scene: string | null
  readonly onChoose: (arranged: Arranged, title: string) => void
  readonly onClose: () => void
}

/** Asks how several files belong together. */
export function ArrangeDialog({ files, scene, onChoose, onClose }: ArrangeDialogProps) {
  const ways = scene === null ? WAYS : WAYS.filter((way) => way.id !== 'apart')
  const [chosen, setChosen] = useState(ways[0]!.id)
  const choose = () => onChoose(chosen, scene ?? commonTitle(files))
  return (
    <Dialog
      title={scene === null ? `Upload ${files.length} files` : `Add ${files.length} files to “${scene}”`}
      width={480}
      onClose={onClose}
      onSubmit={choose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon="upload" type="submit">
            Upload
          </Button>
        </>
      }
    >
      <fieldset class="start-ways">
        <legend class="kit-legend">How do they belong together?</legend>
        {ways.map((way) => (
          <label key={way.id} data-chosen={way.id === chosen || undefined}>
            <input type="radio" name="way" checked={way.id === chosen} onChange={() => setChosen(way.id)} />
            <Icon name={way.icon} size={20} />
            <span>
              <strong>{way.title}</strong>
              <span class="dim">{way.hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </Dialog>
  )
}

/** Return what the names of files begin with alike, or the first name. */
export function commonTitle(files: readonly File[]): string {
  const titles = files.map(titleOf)
  let common = titles[0] ?? 'Scene'
  for (const title of titles) while (!title.startsWith(common)) common = common.slice(0, -1)
  return common.replace(/[\s_\-.]+(B|band)?$/i, '') || titles[0] || 'Scene'
}
