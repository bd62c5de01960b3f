import { useRef, useState } from 'preact/hooks'
import { projectApi } from '../../api/project'
import { Id } from '../../model/id'
import { Kbd } from '../kit/button'
import { Icon } from '../kit/icon'
import type { PanelProps } from '../panel'
import { dropping } from './move-class'

/** A line that makes a class of the name that is typed; a class that is dropped on it goes to the top. */
export function AddClass({ bench }: PanelProps) {
  const { session, toasts } = bench
  const [title, setTitle] = useState('')
  const [isBusy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const add = async () => {
    if (!title.trim() || isBusy) return
    setBusy(true)
    try {
      const made = await projectApi.addClass(title.trim(), Id.make())
      await session.refreshProject()
      session.choose(made.slug)
      setTitle('')
    } catch (error) {
      toasts.error(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class="class-add"
      {...dropping(bench, null)}
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <Icon name={isBusy ? 'spinner' : 'plus'} size={14} />
      <input
        ref={input}
        aria-label="Name of a new class"
        placeholder="Add class"
        value={title}
        maxLength={200}
        onInput={(event) => setTitle(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            setTitle('')
            event.currentTarget.blur()
          }
        }}
      />
      {title.trim() && <Kbd keys="Enter" />}
    </form>
  )
}
