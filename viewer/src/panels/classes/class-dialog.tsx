import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Ontology } from '../../model/ontology'
import { Button, Kbd } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { Icon } from '../kit/icon'
import { TabPanel, Tabs } from '../kit/tabs'
import type { ClassOpen, Workbench } from '../workbench'
import { AttributesTab } from './attributes-tab'
import { ClassEdit } from './class-edit'
import { ClashQuestion, EffectQuestion } from './class-questions'
import { ClassTab } from './class-tab'
import { SkeletonTab } from './skeleton-tab'
import './class-dialog.css'

interface ClassDialogProps {
  readonly bench: Workbench
  readonly open: ClassOpen
}

/** Everything that the ontology says of one class. Nothing is sent before "Save", nothing typed is dropped unasked. */
export function ClassDialog({ bench, open }: ClassDialogProps) {
  const { session } = bench
  const edit = useMemo(() => {
    const label = Ontology.get(session.ontology.peek(), open.slug)
    return label && new ClassEdit(session, label, open.tab)
  }, [session, open.slug])
  useEffect(() => () => edit?.close(), [edit])
  return edit && <Settings bench={bench} edit={edit} />
}

interface SettingsProps {
  readonly bench: Workbench
  readonly edit: ClassEdit
}

function Settings({ bench, edit }: SettingsProps) {
  const step = edit.step.value
  const { was, now, attributes } = edit.draft.value
  const [form, question] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)]
  useWarning(edit.isChanged.value)
  useEffect(() => {
    if (edit.wanted.value) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [edit.wanted.value])
  // what had the focus goes with the form, and comes back with it: the keys stay here
  const isAsked = step.kind === 'effects' || step.kind === 'clash'
  const wasAsked = useRef(isAsked)
  useEffect(() => {
    if (isAsked) question.current?.focus()
    else if (wasAsked.current) form.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
    wasAsked.current = isAsked
  }, [isAsked])
  const close = () => {
    bench.classOpen.value = null
  }
  const leave = () => {
    if (edit.step.peek().kind !== 'edit') edit.back()
    else if (edit.isChanged.peek()) edit.step.value = { kind: 'leaving' }
    else close()
  }
  const save = (given?: Parameters<ClassEdit['save']>[0]) =>
    void edit.save(given).then((isDone) => isDone && close())
  return (
    <Dialog
      title={`Settings of “${was.title}”`}
      width={780}
      isBusy={edit.isBusy.value}
      onClose={leave}
      footer={
        <Foot
          key={isAsked || step.kind === 'leaving' ? step.kind : 'edit'}
          edit={edit}
          onSave={save}
          onLeave={leave}
          onDiscard={close}
        />
      }
    >
      {isAsked ? (
        <div ref={question} tabIndex={-1} class="class-question-frame">
          {step.kind === 'effects' && <EffectQuestion looked={step.looked} />}
          {step.kind === 'clash' && <ClashQuestion clashes={step.clashes} />}
        </div>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys of all fields in it end here
        <div
          ref={form}
          class="class-settings"
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            save()
          }}
        >
          {edit.error.value && (
            <p class="kit-error class-settings-error" role="alert">
              <Icon name="error" size={13} />
              {edit.error.value}
            </p>
          )}
          <Tabs
            label="Settings"
            tabs={[
              { id: 'class', title: 'Class' },
              { id: 'attributes', title: 'Attributes', n: attributes.length },
              { id: 'skeleton', title: 'Keypoints', n: now.skeleton?.names.length ?? 0 },
            ]}
            value={edit.tab.value}
            onChange={(tab) => {
              edit.tab.value = tab
            }}
          />
          <TabPanel id={edit.tab.value}>
            {edit.tab.value === 'class' ? (
              <ClassTab edit={edit} ontology={bench.session.ontology.value} />
            ) : edit.tab.value === 'attributes' ? (
              <AttributesTab edit={edit} />
            ) : (
              <SkeletonTab edit={edit} />
            )}
          </TabPanel>
        </div>
      )}
    </Dialog>
  )
}

interface FootProps {
  readonly edit: ClassEdit
  readonly onSave: ClassEdit['save'] extends (given: infer G) => unknown ? (given?: G) => void : never
  readonly onLeave: () => void
  readonly onDiscard: () => void
}

function Foot({ edit, onSave, onLeave, onDiscard }: FootProps) {
  const step = edit.step.value
  const back = () => edit.back()
  if (step.kind === 'effects')
    return (
      <>
        <Button onClick={back}>Back</Button>
        <Button kind="primary" onClick={() => onSave({ isSure: true })}>
          Save all the same
        </Button>
      </>
    )
  if (step.kind === 'clash')
    return (
      <>
        <Button onClick={back}>Back</Button>
        <Button onClick={() => onSave({ winner: 'theirs' })}>Take theirs</Button>
        <Button kind="primary" onClick={() => onSave({ winner: 'mine' })}>
          Keep mine
        </Button>
      </>
    )
  if (step.kind === 'leaving')
    return (
      <>
        <span class="fill" role="alert">
          Your changes are not saved.
        </span>
        <Button onClick={back}>Go on editing</Button>
        <Button kind="danger" onClick={onDiscard}>
          Discard them
        </Button>
        <Button kind="primary" onClick={() => onSave()}>
          Save
        </Button>
      </>
    )
  return (
    <>
      <span class="fill dim">
        {edit.isChanged.value && (
          <>
            <Kbd keys="Ctrl+Enter" /> saves
          </>
        )}
      </span>
      <Button disabled={edit.isBusy.value} onClick={onLeave}>
        {edit.isChanged.value ? 'Cancel' : 'Close'}
      </Button>
      <Button
        kind="primary"
        isBusy={edit.isBusy.value}
        disabled={!edit.isChanged.value}
        onClick={() => onSave()}
      >
        {step.kind === 'looking' ? 'Looking at its objects' : 'Save'}
      </Button>
    </>
  )
}

/** Let the browser ask before the page goes away with something that is not saved. */
function useWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isChanged])
}
