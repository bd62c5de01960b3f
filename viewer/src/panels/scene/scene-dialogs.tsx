import { useMemo } from 'preact/hooks'
import type { Frame } from '../../model/scene'
import { CellsDialog } from '../cells/cells-dialog'
import { ClassDialog } from '../classes/class-dialog'
import { ExportDialog } from '../exchange/export-dialog'
import { ImportDialog } from '../exchange/import-dialog'
import { ShapeDialog } from '../geometry/shape-dialog'
import { HistoryDialog } from '../history/history-dialog'
import { ExpressionDialog } from '../objects/expression-dialog'
import type { PanelProps } from '../panel'
import { SubmitDialog } from '../review/submit-dialog'
import { UploadList } from '../start/upload-list'
import { Uploads } from '../start/uploads'
import type { Workbench } from '../workbench'
import { ConflictDialog } from './conflict-dialog'
import { RefusedDialog } from './refused-dialog'

/** What is asked about the scene as a whole: export, import, conflicts. */
export function SceneDialogs({ bench }: PanelProps) {
  const { session, board } = bench
  const scene = session.scene.value
  const close = () => {
    bench.open.value = null
    bench.dropped.value = []
  }
  const n = Object.values(session.counts.value).reduce((sum, count) => sum + count, 0)
  return (
    <>
      <ConflictDialog bench={bench} />
      <AskedOfShapes bench={bench} />
      {bench.classOpen.value && <ClassDialog bench={bench} open={bench.classOpen.value} />}
      {bench.isExpressing.value && <ExpressionDialog bench={bench} />}
      {bench.historyOpen.value !== null && (
        <HistoryDialog
          bench={bench}
          id={bench.historyOpen.value}
          onClose={() => {
            bench.historyOpen.value = null
          }}
        />
      )}
      {bench.open.value === 'refused' && <RefusedDialog bench={bench} onClose={close} />}
      {bench.open.value === 'submit' && <SubmitDialog bench={bench} onClose={close} />}
      {bench.open.value === 'cells' && <CellsDialog bench={bench} onClose={close} />}
      {bench.open.value === 'export' && (
        <ExportDialog scene={session.id} title={scene.title} n={n} jobs={board} onClose={close} />
      )}
      {bench.open.value === 'import' && (
        <ImportDialog
          scene={session.id}
          title={scene.title}
          ontology={session.ontology.value}
          frames={(scene.frames as readonly Frame[]).filter((f) => f.kind !== 'local').map((f) => f.id)}
          jobs={board}
          files={bench.dropped.value}
          onPreview={(geometries) => void bench.preview(geometries)}
          onImported={() => void session.refreshProject()}
          onClose={() => {
            void bench.preview(null)
            close()
          }}
        />
      )}
    </>
  )
}

function AskedOfShapes({ bench }: PanelProps) {
  const act = bench.shapeAct.value
  return act?.asked ? <ShapeDialog key={act.id} bench={bench} act={act} asked={act.asked} /> : null
}

const RASTER = /\.(tiff?|vrt|jp2|j2k|png|jpe?g|webp|img|asc|dem|hgt|nc|grd|bil|bip|bsq|ecw|sid)$/i

/** Return what becomes of files that are dropped on a scene: rasters join it, all others are labels to import. */
export function useDrop(bench: Workbench) {
  const uploads = useMemo(
    () =>
      new Uploads(() => {
        void bench.session.refreshScene().catch((error) => bench.toasts.error(error))
        void bench.board.refresh()
      }),
    [bench],
  )
  const take = (files: readonly File[]) => {
    if (files.some((file) => RASTER.test(file.name))) {
      uploads.add(files, 'layers', async () => bench.session.id)
      return
    }
    bench.dropped.value = files
    bench.open.value = 'import'
  }
  return { uploads, take }
}

/** The uploads of this scene, above the map while there are any. */
export function SceneUploads({ uploads }: { readonly uploads: Uploads }) {
  if (!uploads.items.value.length) return null
  return (
    <div class="scene-uploads">
      <UploadList uploads={uploads} />
    </div>
  )
}
