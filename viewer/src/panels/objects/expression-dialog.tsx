import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Annotation } from '../../model/annotation'
import { Expression, ExpressionProblem } from '../../model/expression'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Field } from '../kit/field'
import { ProgressBar } from '../kit/progress'
import type { Workbench } from '../workbench'
import { Search } from './search'

type How = 'set' | 'add' | 'drop'

const EXAMPLES = [
  'class = Road and width > 3 and state = draft',
  'area > 1ha or length >= 200m',
  'author = Ada and date >= 2026-11-01',
  'kind = polygon and name ~ north and not (state in (accepted, rejected))',
]

/** Choose objects of the whole scene by what is known of them. */
export function ExpressionDialog({ bench }: { readonly bench: Workbench }) {
  const [line, setLine] = useState(bench.expression.peek())
  const [problem, setProblem] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const search = useMemo(() => new Search(bench), [bench])
  useEffect(() => () => search.stop(), [search])
  const state = search.state.value
  const close = () => {
    bench.isExpressing.value = false
  }
  const run = async (how: How) => {
    try {
      const expression = Expression.parse(line)
      bench.expression.value = line
      const found = await search.run(expression)
      if (!found) return
      choose(bench, found, how)
      close()
    } catch (error) {
      if (error instanceof ExpressionProblem) {
        setProblem(`${error.message} (character ${error.at + 1})`)
        input.current?.focus()
        input.current?.setSelectionRange(error.at, Math.max(error.at + 1, line.length))
      } else bench.toasts.error(error)
    }
  }
  return (
    <Dialog
      title="Select by expression"
      width={620}
      onClose={close}
      onSubmit={() => void run('set')}
      footer={
        <>
          <Button disabled={state !== null} onClick={() => void run('drop')}>
            Take away
          </Button>
          <Button disabled={state !== null} onClick={() => void run('add')}>
            Add
          </Button>
          <Button kind="primary" type="submit" isBusy={state !== null}>
            Select
          </Button>
        </>
      }
    >
      <Field label="Expression" error={problem}>
        {(ids) => (
          <input
            {...ids}
            ref={input}
            class="kit-input mono"
            spellcheck={false}
            autocomplete="off"
            placeholder={EXAMPLES[0]}
            value={line}
            onInput={(event) => {
              setLine(event.currentTarget.value)
              setProblem(null)
            }}
          />
        )}
      </Field>
      {state ? (
        <ProgressBar
          fraction={state.total ? state.n / state.total : null}
          label={`${state.n.toLocaleString('en')} of ${state.total.toLocaleString('en')} objects looked at`}
        />
      ) : (
        <Help onTake={setLine} />
      )}
    </Dialog>
  )
}

function Help({ onTake }: { readonly onTake: (line: string) => void }) {
  return (
    <div class="dim">
      <p>
        Fields: class, kind, state, author, date, tool, method, score, number, area, length (metres, or m2,
        ha, km), and every attribute by its name. Signs: = != &lt; &lt;= &gt; &gt;= ~ (contains), in (a, b),
        is null; and, or, not, brackets.
      </p>
      <ul class="expression-examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" class="mono" onClick={() => onTake(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function choose(bench: Workbench, found: readonly Annotation[], how: How): void {
  const { guard, labels, selection } = bench.session
  const ids = found.map((a) => a.id)
  if (how !== 'drop') labels.receive({ documents: found, deleted: [] })
  const before = selection.ids.peek()
  const gone = new Set(ids)
  if (how === 'drop') selection.take(before.filter((id) => !gone.has(id)))
  else selection.take(how === 'add' ? [...before, ...ids] : ids)
  const n = found.length.toLocaleString('en')
  if (Search.isFull(found)) bench.toasts.tell(`Only the first ${n} objects that fit are taken.`)
  else if (!found.length) bench.toasts.tell('No object fits.')
  else {
    const nHidden = found.filter((a) => !guard.isVisible(a)).length
    const hidden = nHidden ? `, ${nHidden.toLocaleString('en')} of them hidden` : ''
    bench.toasts.ok(`${found.length === 1 ? 'One object fits' : `${n} objects fit`}${hidden}`)
  }
}
