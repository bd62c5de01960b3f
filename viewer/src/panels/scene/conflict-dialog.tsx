import type { ConflictCase } from '../../document/outbox'
import { Bounds } from '../../math/bounds'
import { Annotation } from '../../model/annotation'
import { Change } from '../../model/change'
import type { Geometry } from '../../model/geometry'
import type { Id } from '../../model/id'
import { Ontology } from '../../model/ontology'
import { shapeOf, titleOfKind } from '../../shapes'
import { isClosed } from '../../shapes/shape'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import './conflict-dialog.css'

/** Two people changed one object: the person who comes second chooses which version stays. */
export function ConflictDialog({ bench }: PanelProps) {
  const found = bench.session.outbox.conflict.value
  if (!found) return null
  const resolve = (choice: 'mine' | 'theirs') => () => void bench.session.outbox.resolve(choice)
  const n = found.current.size
  return (
    <Dialog
      title={n === 1 ? 'Somebody changed this object too' : `Somebody changed ${n} of these objects too`}
      width={560}
      isFirm
      onClose={() => {}}
      footer={
        <>
          <Button onClick={resolve('theirs')}>Take theirs</Button>
          <Button kind="primary" onClick={resolve('mine')}>
            Keep mine
          </Button>
        </>
      }
    >
      <p class="dim">
        Your change “{found.set.message}” was made before you could see theirs. Nothing is lost either way:
        both versions stay in the history.
      </p>
      {[...found.current].slice(0, 6).map(([id, theirs]) => (
        <Compared key={id} bench={bench} id={id} mine={mineOf(found, id)} theirs={theirs} />
      ))}
      {n > 6 && <p class="dim">and {n - 6} more</p>}
    </Dialog>
  )
}

function mineOf(found: ConflictCase, id: Id): Annotation | null {
  const change = found.set.changes.find((c) => Change.idOf(c) === id)
  return change?.op === 'put' && change.document.kind === 'annotation'
    ? (change.document as Annotation)
    : null
}

interface ComparedProps {
  readonly bench: Workbench
  readonly id: Id
  /** Null = deleted. */
  readonly mine: Annotation | null
  readonly theirs: Annotation | null
}

function Compared({ bench, mine, theirs }: ComparedProps) {
  return (
    <div class="compared">
      <Version bench={bench} title="Mine" annotation={mine} other={theirs} color="var(--selection)" />
      <Version bench={bench} title="Theirs" annotation={theirs} other={mine} color="var(--accent)" />
    </div>
  )
}

interface VersionProps {
  readonly bench: Workbench
  readonly title: string
  readonly annotation: Annotation | null
  readonly other: Annotation | null
  readonly color: string
}

function Version({ bench, title, annotation, other, color }: VersionProps) {
  const ontology = bench.session.ontology.value
  return (
    <section class="version" aria-label={title}>
      <h3 style={{ color }}>{title}</h3>
      {annotation ? (
        <>
          <Outline geometry={annotation.geometry} under={other?.geometry ?? null} color={color} />
          <p>
            {titleOfKind(Annotation.kindOf(annotation))} {Annotation.nameOf(annotation)} ·{' '}
            {Ontology.titleOf(ontology, annotation.label)}
          </p>
          <dl>
            {Object.entries(annotation.attributes).map(([name, value]) => (
              <div key={name} data-differs={String(other?.attributes[name]) !== String(value) || undefined}>
                <dt>{name}</dt>
                <dd>{String(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      ) : (
        <p class="version-gone">deleted</p>
      )}
    </section>
  )
}

interface OutlineProps {
  readonly geometry: Geometry | null
  /** The other version, drawn faintly. */
  readonly under: Geometry | null
  readonly color: string
}

function Outline({ geometry, under, color }: OutlineProps) {
  const all = [geometry, under].flatMap((g) =>
    g
      ? shapeOf(g)
          .chains(g)
          .flatMap((chain) => chain.path)
      : [],
  )
  const bounds = Bounds.of(all)
  if (!geometry || !bounds) return null
  const [width, height] = Bounds.size(bounds)
  const room = Math.max(width, height) * 0.08 || 1
  const size = Math.max(width, height) + 2 * room
  const scale = 100 / size
  // y up, as on a map; pixels have it down already, which turns the picture over but tells the two apart as well
  const place = (x: number, y: number) =>
    `${(x - bounds[0] + room) * scale} ${100 - (y - bounds[1] + room) * scale}`
  const path = (g: Geometry) =>
    shapeOf(g)
      .chains(g)
      .map((chain) => `M${chain.path.map((p) => place(p[0], p[1])).join('L')}${isClosed(chain) ? 'Z' : ''}`)
      .join('')
  return (
    <svg viewBox="0 0 100 100" aria-hidden="true">
      {under && <path d={path(under)} class="version-under" />}
      <path d={path(geometry)} stroke={color} />
    </svg>
  )
}
