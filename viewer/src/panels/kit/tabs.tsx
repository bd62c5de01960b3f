import type { ComponentChildren } from 'preact'
import './tabs.css'

interface TabsProps<Id extends string> {
  readonly label: string
  readonly tabs: readonly { readonly id: Id; readonly title: string; readonly n?: number }[]
  readonly value: Id
  readonly onChange: (id: Id) => void
}

/** A row of tabs; the arrow keys change them. Show the chosen one's `TabPanel` below. */
export function Tabs<Id extends string>({ label, tabs, value, onChange }: TabsProps<Id>) {
  const step = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    const at = (tabs.findIndex((tab) => tab.id === value) + by + tabs.length) % tabs.length
    onChange(tabs[at]!.id)
    event.currentTarget.querySelectorAll('button')[at]?.focus()
  }
  return (
    <div class="kit-tabs" role="tablist" aria-label={label} tabIndex={-1} onKeyDown={step}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-controls={tab.id === value ? `panel-${tab.id}` : undefined}
          aria-selected={tab.id === value}
          tabIndex={tab.id === value ? 0 : -1}
          onClick={() => onChange(tab.id)}
        >
          {tab.title}
          {tab.n !== undefined && <span class="mono">{tab.n}</span>}
        </button>
      ))}
    </div>
  )
}

/** What a tab shows. */
export function TabPanel({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <div role="tabpanel" id={`panel-${id}`} aria-labelledby={`tab-${id}`}>
      {children}
    </div>
  )
}
