import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { IconButton } from './button'
import './dialog.css'

interface DialogProps {
  readonly title: string
  /** The person wants to leave. The dialog is open for as long as it is rendered. */
  readonly onClose: () => void
  /** Px. */
  readonly width?: number
  /** Buttons, the chief one last. */
  readonly footer?: ComponentChildren
  /** It stands at the right edge and leaves the map in sight: what it asks about is shown there. */
  readonly isAside?: boolean | undefined
  /** Something is under way that must not be left half done: neither Esc nor the cross close it. */
  readonly isBusy?: boolean | undefined
  /** It cannot be left without an answer. */
  readonly isFirm?: boolean | undefined
  /** Makes the dialog a form: Enter does this. */
  readonly onSubmit?: (() => void) | undefined
  readonly children: ComponentChildren
}

/** A modal dialog on the browser's own `<dialog>`: its first field has the focus, which stays inside and goes back at the end. */
export function Dialog(props: DialogProps) {
  const { title, onClose, width = 480, isAside = false, isBusy = false, isFirm = false, onSubmit } = props
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const isKept = isBusy || isFirm

  // before anything else can happen: the next key is for the dialog, not for the map behind it
  useLayoutEffect(() => {
    const dialog = ref.current!
    const before = document.activeElement
    if (!dialog.open) dialog.showModal()
    // the browser takes the first thing that can have it, which is the cross
    if (document.activeElement?.closest('.kit-dialog-head'))
      dialog.querySelector<HTMLElement>('.kit-dialog-body :is(input, select, textarea):enabled')?.focus()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])

  const inside = (
    <>
      <header class="kit-dialog-head">
        <h2 id={heading}>{title}</h2>
        {!isFirm && <IconButton icon="close" label="Close" disabled={isBusy} onClick={onClose} />}
      </header>
      <div class="kit-dialog-body">{props.children}</div>
      {props.footer && <footer class="kit-dialog-foot">{props.footer}</footer>}
    </>
  )
  return (
    <dialog
      ref={ref}
      class={isAside ? 'kit-dialog kit-dialog-aside' : 'kit-dialog'}
      style={{ width: `${width}px` }}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        // what cannot be prevented closes the dialog, and is told by `close`
        if (!isKept && event.cancelable && event.target === ref.current) onClose()
      }}
      onClose={() => {
        // browsers close a dialog by a second Esc without asking
        if (!ref.current?.isConnected) return
        if (isKept) return ref.current.showModal()
        onClose()
        // whoever asks something first stays
        setTimeout(() => {
          if (ref.current?.isConnected && !ref.current.open) ref.current.showModal()
        })
      }}
    >
      {onSubmit ? (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            onSubmit()
          }}
        >
          {inside}
        </form>
      ) : (
        inside
      )}
    </dialog>
  )
}
