import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { sentenceOf } from '../../api/problem'
import { type Operation, Operations, type Outcome } from '../../document/operations'
import { Ground } from '../../math/ground'
import { Annotation } from '../../model/annotation'
import type { Geometry } from '../../model/geometry'
import { shapeOf } from '../../shapes'
import { boundsOf } from '../../shapes/hit'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { NumberField, Select } from '../kit/field'
import type { Workbench } from '../workbench'
import type { ShapeAct } from './shape-acts'
import { chosenFor, perform } from './shape-commands'
import type { Asked, Question, Values } from './shape-questions'
import './shape-dialog.css'

/** Milliseconds after the last keystroke until the preview is computed. */
const PAUSE_MS = 150
/** Screen pixels that the first distance is about. */
const FIRST_PX = 8

interface ShapeDialogProps {
  readonly bench: Workbench
  readonly act: ShapeAct
  readonly asked: Asked
}

/** Asks for the numbers of an act; what it would make is shown on the map, and nothing is written before "Apply". */
export function ShapeDialog({ bench, act, asked }: ShapeDialogProps) {
  const values = useSignal<Values>(useMemo(() => asked.start(startOf(bench)), [asked]))
  const outcome = useSignal<Outcome | null>(null)
  const error = useSignal<string | null>(null)
  const isBusy = useSignal(false)
  const ids = useMemo(() => chosenFor(bench, act), [act])
  const operation = asked.operation(values.value)
  useEffect(() => {
    const giveUp = new AbortController()
    outcome.value = null
    const timer = setTimeout(async () => {
      if (!operation) return show(bench, null)
      try {
        const found = await new Operations(bench.session).ask(operation, ids, giveUp.signal)
        if (giveUp.signal.aborted) return
        outcome.value = found
        error.value = found?.reply.skipped[0]?.message ?? null
        void show(bench, found?.reply.geometries ?? null)
      } catch (problem) {
        if (giveUp.signal.aborted) return
        error.value = sentenceOf(problem)
        void show(bench, null)
      }
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      giveUp.abort()
    }
  }, [values.value])
  useEffect(() => () => void show(bench, null), [bench])

  const close = () => {
    bench.shapeAct.value = null
  }
  const apply = async (wanted: Operation | null) => {
    if (!wanted || isBusy.value) return
    isBusy.value = true
    const isDone = await perform(bench, act, wanted, values.peek().result === 'beside')
    isBusy.value = false
    if (isDone) close()
  }
  return (
    <Dialog
      title={act.title.replace('…', '')}
      width={340}
      isAside
      isBusy={isBusy.value}
      onClose={close}
      onSubmit={() => void apply(operation)}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={!outcome.value} isBusy={isBusy.value}>
            {ids.length > 1 ? `Apply to ${ids.length} objects` : 'Apply'}
          </Button>
        </>
      }
    >
      <div class="shape-questions">
        {asked.questions.map((question) => (
          <Answer
            key={question.name}
            question={question}
            value={values.value[question.name] ?? null}
            onChange={(value) => {
              values.value = { ...values.value, [question.name]: value }
            }}
          />
        ))}
        <p class="dim" aria-live="polite">
          {outcome.value ? effectOf(bench, outcome.value) : operation ? 'Computing…' : 'Give a number.'}
        </p>
        {error.value && (
          <p class="kit-error" role="alert">
            {error.value}
          </p>
        )}
      </div>
    </Dialog>
  )
}

interface AnswerProps {
  readonly question: Question
  readonly value: number | string | null
  readonly onChange: (value: number | string | null) => void
}

function Answer({ question, value, onChange }: AnswerProps) {
  const { label, hint } = question
  if (question.kind === 'choice')
    return (
      <Select
        label={label}
        hint={hint}
        value={String(value)}
        options={question.options}
        onChange={onChange}
      />
    )
  const { min, max, step } = question
  const number = typeof value === 'number' ? value : null
  return <NumberField {...{ label, hint, min, max, step, onChange }} value={number} />
}

/** Draw what an act would make over the map; null = no more. */
async function show(bench: Workbench, geometries: readonly Geometry[] | null): Promise<void> {
  const stage = bench.stage.peek()
  if (!stage) return
  const given = { scene: bench.session.id, label: '', actor: '', tool: '' }
  const made = (geometries ?? []).map((geometry) => Annotation.make({ ...given, geometry }))
  await stage.placement.prepare(made)
  stage.hand.preview.value = made
    .map((a) => stage.placement.shown(a))
    .filter((g) => g !== null && boundsOf(g) !== null) as Geometry[]
}

/** Say what becomes of the vertices, and of one object its size. */
function effectOf(bench: Workbench, { objects, reply }: Outcome): string {
  const n = (geometries: readonly (Geometry | null)[]) =>
    geometries.reduce(
      (sum, g) =>
        sum +
        (g
          ? shapeOf(g)
              .chains(g)
              .reduce((all, c) => all + c.path.length, 0)
          : 0),
      0,
    )
  const changed = objects.filter((_, source) => reply.sources.includes(source))
  const count = `${n(changed.map((a) => a.geometry)).toLocaleString('en')} → ${n(reply.geometries).toLocaleString('en')} vertices`
  const stage = bench.stage.peek()
  const [before, after] = [
    stage && objects[0] && stage.shown.get(objects[0].id)?.geometry,
    stage?.hand.preview.value[0],
  ]
  if (objects.length > 1 || !stage || !before || !after) return count
  return `${count} · ${stage.hand.measure(before)} → ${stage.hand.measure(after)}`
}

/** Return a round length of some screen pixels: in metres where the view lies on the earth, else in the frame's units. */
function startOf(bench: Workbench) {
  const stage = bench.stage.peek()
  const ground = stage?.scale.ground.peek() ?? null
  const units = (stage?.view.camera.peek().unitsPerPixel ?? 1) * FIRST_PX
  const length = ground ? units * Ground.metresPerUnit(ground) : units
  const power = 10 ** Math.floor(Math.log10(length))
  const digit = [1, 2, 5].findLast((d) => d * power <= length) ?? 1
  return { length: Number((digit * power).toPrecision(1)), isOnEarth: ground !== null }
}
