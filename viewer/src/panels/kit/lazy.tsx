import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from './button'
import { Icon } from './icon'
import './lazy.css'

/** A component whose code comes when it is shown for the first time, or is sent for. */
export type Lazy<P> = ComponentType<P> & { load(): Promise<void> }

/** Return a component that is loaded when it is first needed; once it is there it is shown without a wait. */
export function lazy<P extends object>(find: () => Promise<ComponentType<P>>): Lazy<P> {
  let found: ComponentType<P> | null = null
  const load = async () => {
    found ??= await find()
  }
  function Late(props: P) {
    const [state, setState] = useState<'loading' | 'there' | 'failed'>(found ? 'there' : 'loading')
    const again = () => {
      setState('loading')
      load().then(
        () => setState('there'),
        () => setState('failed'),
      )
    }
    useEffect(() => {
      if (!found) again()
    }, [])
    if (found) {
      const Found = found
      return <Found {...props} />
    }
    return state === 'failed' ? <Missing onAgain={again} /> : null
  }
  return Object.assign(Late, { load })
}

function Missing({ onAgain }: { readonly onAgain: () => void }) {
  return (
    <p class="kit-missing" role="alert">
      <Icon name="cloud-off" />
      This part of the viewer could not be loaded: the server cannot be reached.
      <Button icon="refresh" onClick={onAgain}>
        Try again
      </Button>
    </p>
  )
}
