import { useEffect, useState } from 'preact/hooks'
import { sentenceOf } from '../../api/problem'
import type { Annotation } from '../../model/annotation'
import type { Id } from '../../model/id'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { ProgressBar } from '../kit/progress'
import type { Workbench } from '../workbench'
import { annotationOf, differences, isSameContent, type Version } from './version-list'
import './history-dialog.css'

interface HistoryDialogProps {
  readonly bench: Workbench
  readonly id: Id
  readonly onClose: () => void
}

/** Every version of an object, newest first; each of them can be made the newest again. */
export function HistoryDialog({ bench, id, onClose }: HistoryDialogProps) {
  const { session } = bench
  const [versions, setVersions] = useState<readonly Version[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    session.api.history(id).then(
      (reply) => setVersions(reply.versions),
      (error) => setProblem(sentenceOf(error)),
    )
  }, [session, id])
  const now = session.labels.get(id)
  const restore = (version: Version, earlier: Annotation) => {
    session.editor.restore(`Restore version ${version.revision}`, earlier)
    onClose()
  }
  return (
    <Dialog
      title={`History of ${now && now.fid > 0 ? `#${now.fid}` : 'the object'}`}
      onClose={onClose}
      width={560}
    >
      {problem && <p role="alert">{problem}</p>}
      {!versions && !problem && <ProgressBar fraction={null} label="Reading the history" />}
      {versions && (
        <ol class="history" aria-label="Versions, newest first">
          {versions.map((version, i) => {
            const earlier = annotationOf(version)
            const isNow = earlier !== null && now !== null && isSameContent(earlier, now)
            return (
              <li key={version.revision}>
                <p class="history-what">
                  {differences(version, versions[i + 1] ?? null, session.ontology.value).join(' · ')}
                </p>
                <p class="dim">
                  {nameOf(bench, version.actor)} · {whenOf(version)} · {version.message || 'no message'}
                </p>
                {isNow ? (
                  <span class="dim">as it is now</span>
                ) : (
                  earlier && (
                    <Button icon="undo" onClick={() => restore(version, earlier)}>
                      Restore this version
                    </Button>
                  )
                )}
              </li>
            )
          })}
        </ol>
      )}
    </Dialog>
  )
}

function nameOf(bench: Workbench, actor: Id): string {
  return bench.session.project.value.members.find((m) => m.id === actor)?.name ?? actor
}

function whenOf(version: Version): string {
  return new Date(version.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}
