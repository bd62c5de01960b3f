import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FieldIds } from '../kit/field'

interface DraftProps {
  readonly ids: Partial<FieldIds>
  readonly type: 'text' | 'number' | 'date'
  readonly value: string
  /** How it reads while nobody edits it; the value itself without one. */
  readonly shown?: string
  readonly label?: string
  readonly placeholder?: string | undefined
  readonly onDone: (text: string) => void
}

/** An input whose text counts when it is left or Enter is pressed: one edit, not one per key. Esc takes it back. */
export function Draft({ ids, type, value, shown, label, placeholder, onDone }: DraftProps) {
  const [text, setText] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const isEdited = text !== null
  // only now does the input hold the whole value
  useLayoutEffect(() => {
    if (isEdited && type !== 'date') input.current?.select()
  }, [isEdited])
  const done = () => {
    if (text !== null && text !== value) onDone(text.trim())
    setText(null)
  }
  const shared = {
    ...ids,
    ref: input,
    class: 'kit-input',
    'aria-label': label,
    placeholder,
    title: shown === undefined ? undefined : value,
    value: text ?? shown ?? value,
    onFocus: () => setText(value),
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => setText(event.currentTarget.value),
    onBlur: done,
    onKeyDown: (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }) => {
      if (event.key === 'Enter') event.currentTarget.blur()
      if (event.key !== 'Escape') return
      setText(null)
      event.stopPropagation()
    },
  }
  // a number is typed as text: `1e-3`, a comma, or nothing yet are all fine until it is left
  return type === 'date' ? (
    <input {...shared} type="date" />
  ) : (
    <input {...shared} type="text" inputMode={type === 'number' ? 'decimal' : 'text'} />
  )
}
