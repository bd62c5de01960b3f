import { Ontology } from '../../model/ontology'
import { IconButton } from '../kit/button'
import type { PanelProps } from '../panel'

/** Classes that nothing new may have: objects keep them, and each can be brought back. */
export function RetiredClasses({ bench }: PanelProps) {
  const { session, toasts } = bench
  const retired = Ontology.retired(session.ontology.value)
  if (!retired.length) return null
  const bringBack = (slug: string, title: string) =>
    void session
      .changeClass(slug, `Bring back ${title}`, (newest) => ({ ...newest, retired: false }))
      .catch((error) => toasts.error(error))
  return (
    <details class="classes-retired">
      <summary>{retired.length} retired</summary>
      <ul aria-label="Retired classes">
        {retired.map(({ slug, title, color }) => (
          <li key={slug}>
            <span class="object-swatch" style={{ background: color }} />
            <span class="ellipsis dim" title={title}>
              {title}
            </span>
            <IconButton
              icon="settings"
              size={22}
              label={`Settings of ${title}`}
              onClick={() => {
                bench.classOpen.value = { slug, tab: 'class' }
              }}
            />
            <IconButton
              icon="undo"
              size={22}
              label={`Bring back ${title}`}
              onClick={() => bringBack(slug, title)}
            />
          </li>
        ))}
      </ul>
    </details>
  )
}
