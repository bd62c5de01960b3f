import type { Signal } from '@preact/signals'
import type { SceneSummary, SessionInfo } from '../../api/client'
import type { Toasts } from '../kit/toasts'
import { ArrangeDialog, type Arranged } from './arrange-dialog'
import { NamePrompt } from './name-prompt'
import { DeleteDialog, TitleDialog } from './scene-dialogs'
import type { SceneList } from './scene-list'

/** What the start page asks right now. */
export type Asked =
  | { readonly kind: 'new' }
  | { readonly kind: 'name' }
  | { readonly kind: 'rename' | 'delete'; readonly scene: SceneSummary }
  | { readonly kind: 'arrange'; readonly files: readonly File[]; readonly scene: SceneSummary | null }

interface StartDialogsProps {
  readonly asked: Asked
  readonly session: Signal<SessionInfo | null>
  readonly list: SceneList
  readonly toasts: Toasts
  readonly onArranged: (
    files: readonly File[],
    scene: SceneSummary | null,
    arranged: Arranged,
    title: string,
  ) => void
  readonly onClose: () => void
}

/** The dialogs of the start page; they come when the first one is asked for. */
export function StartDialogs({ asked, session, list, toasts, onArranged, onClose }: StartDialogsProps) {
  switch (asked.kind) {
    case 'name':
      return <NamePrompt session={session} onClose={onClose} />
    case 'new':
      return (
        <TitleDialog
          heading="New scene"
          act="Make scene"
          before=""
          onTitle={(title) => list.add(title)}
          onClose={onClose}
        />
      )
    case 'rename':
      return (
        <TitleDialog
          heading="Rename scene"
          act="Rename"
          before={asked.scene.title}
          onTitle={(title) => list.rename(asked.scene.id, title)}
          onClose={onClose}
        />
      )
    case 'delete':
      return (
        <DeleteDialog
          scene={asked.scene}
          onDelete={() =>
            list.delete(asked.scene.id).then(() => toasts.ok(`“${asked.scene.title}” was deleted.`))
          }
          onClose={onClose}
        />
      )
    case 'arrange':
      return (
        <ArrangeDialog
          files={asked.files}
          scene={asked.scene?.title ?? null}
          onClose={onClose}
          onChoose={(arranged, title) => {
            onClose()
            onArranged(asked.files, asked.scene, arranged, title)
          }}
        />
      )
  }
}
