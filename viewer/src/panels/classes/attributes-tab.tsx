import { useLayoutEffect, useRef } from 'preact/hooks'
import { type AttributeDraft, ClassDraft } from '../../model/class-draft'
import { Button, IconButton } from '../kit/button'
import { EmptyState } from '../kit/empty-state'
import { Icon } from '../kit/icon'
import { VirtualList } from '../kit/virtual-list'
import { AttributeFields } from './attribute-fields'
import { TYPE_TITLES } from './attribute-types'
import type { ClassEdit } from './class-edit'

interface AttributesTabProps {
  readonly edit: ClassEdit
}

/** The attributes of a class: all of them at the left, the chosen one at the right. */
export function AttributesTab({ edit }: AttributesTabProps) {
  const { attributes } = edit.draft.value
  const chosen = attributes.find((a) => a.id === edit.chosen.value) ?? null
  const fields = useRef<HTMLDivElement>(null)
  const focusName = () => {
    const input = fields.current?.querySelector('input')
    input?.focus()
    input?.select()
  }
  // a new attribute has no name yet: that is typed next
  useLayoutEffect(() => {
    if (chosen?.was === null && chosen.now.name === '') focusName()
  }, [edit.chosen.value])
  return (
    <div class="attributes-tab">
      <div class="attributes-side">
        <Acts edit={edit} />
        {attributes.length > 0 && <Rows edit={edit} onOpen={focusName} />}
        <Gone edit={edit} />
      </div>
      <div class="attributes-fields" ref={fields}>
        {chosen ? (
          <AttributeFields key={chosen.id} edit={edit} attribute={chosen} />
        ) : (
          <EmptyState
            icon="tag"
            title="No attributes"
            actions={
              <Button kind="primary" icon="plus" onClick={() => edit.add()}>
                Add attribute
              </Button>
            }
          >
            An attribute is what can be said of each object: a material, a height, a state.
          </EmptyState>
        )}
      </div>
    </div>
  )
}

function Acts({ edit }: AttributesTabProps) {
  const { attributes } = edit.draft.value
  const at = attributes.findIndex((a) => a.id === edit.chosen.value)
  return (
    <div class="attributes-acts">
      <Button icon="plus" onClick={() => edit.add()}>
        Add
      </Button>
      <span />
      <IconButton
        icon="chevron-up"
        label="Move up"
        keys="Alt+↑"
        disabled={at <= 0}
        onClick={() => edit.move(-1)}
      />
      <IconButton
        icon="chevron-down"
        label="Move down"
        keys="Alt+↓"
        disabled={at < 0 || at === attributes.length - 1}
        onClick={() => edit.move(1)}
      />
      <IconButton icon="trash" label="Remove" keys="Del" disabled={at < 0} onClick={() => edit.remove()} />
    </div>
  )
}

interface RowsProps extends AttributesTabProps {
  readonly onOpen: () => void
}

function Rows({ edit, onOpen }: RowsProps) {
  const press = (event: KeyboardEvent) => {
    const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined
    if (by) edit.move(by)
    else if (event.key === 'Delete') edit.remove()
    else if (event.key === 'Insert' || event.key === '+') edit.add()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="attributes-rows" onKeyDownCapture={press}>
      <VirtualList
        label="Attributes"
        items={edit.draft.value.attributes}
        keyOf={(a) => a.id}
        rowHeight={30}
        chosen={new Set(edit.chosen.value === null ? [] : [edit.chosen.value])}
        onChoose={(id) => {
          edit.chosen.value = id
        }}
        onOpen={onOpen}
      >
        {(attribute) => <Row attribute={attribute} hasProblem={edit.hasProblem(attribute.id)} />}
      </VirtualList>
    </div>
  )
}

function Row({
  attribute,
  hasProblem,
}: {
  readonly attribute: AttributeDraft
  readonly hasProblem: boolean
}) {
  const { name, type, required } = attribute.now
  return (
    <>
      <span class={name.trim() ? 'ellipsis' : 'ellipsis dim'} title={name}>
        {name.trim() || 'no name yet'}
        {required && ' *'}
      </span>
      {hasProblem && <Icon name="error" size={13} title="Something does not fit" />}
      <span class="attributes-type dim">{TYPE_TITLES[type]}</span>
    </>
  )
}

/** Attributes that were taken away since the dialog was opened, each to be brought back. */
function Gone({ edit }: AttributesTabProps) {
  const gone = ClassDraft.gone(edit.draft.value)
  if (!gone.length) return null
  return (
    <ul class="attributes-gone" aria-label="Removed attributes">
      {gone.map((was) => (
        <li key={was.name}>
          <s class="ellipsis dim" title={was.name}>
            {was.name}
          </s>
          <IconButton
            icon="undo"
            size={22}
            label={`Bring back ${was.name}`}
            onClick={() => edit.restore(was)}
          />
        </li>
      ))}
    </ul>
  )
}
