import { useLayoutEffect, useRef } from 'preact/hooks'
import { Button, IconButton } from './button'
import { Icon } from './icon'
import type { Toasts } from './toasts'
import './toast.css'

export { type Toast, type ToastAction, Toasts } from './toasts'

const ICON = { ok: 'check', info: 'info', error: 'error' } as const

/** Where the messages appear; one per page. They lie above open dialogs too. */
export function ToastHost({ toasts }: { readonly toasts: Toasts }) {
  const ref = useRef<HTMLDivElement>(null)
  const items = toasts.items.value

  useLayoutEffect(() => {
    // a dialog that was opened since lies above: the top layer goes by the order of showing
    const host = ref.current!
    if (host.matches(':popover-open')) host.hidePopover?.()
    if (items.length) host.showPopover?.()
  }, [items])

  return (
    <div ref={ref} class="kit-toasts" popover="manual" role="status" aria-live="polite">
      {items.map((toast) => (
        <div
          key={toast.id}
          class="kit-toast"
          data-tone={toast.tone}
          role={toast.tone === 'error' ? 'alert' : undefined}
        >
          <Icon name={ICON[toast.tone]} />
          <p>{toast.text}</p>
          <IconButton icon="close" label="Dismiss" size={22} onClick={() => toasts.drop(toast.id)} />
          {toast.action && (
            <Button
              onClick={() => {
                toasts.drop(toast.id)
                toast.action?.run()
              }}
            >
              {toast.action.title}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}
