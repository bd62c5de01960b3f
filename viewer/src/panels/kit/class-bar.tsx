import { Ontology } from '../../model/ontology'
import './class-bar.css'

interface ClassBarProps {
  /** Annotations by class slug. */
  readonly counts: { readonly [slug: string]: number }
  readonly ontology: Ontology
  /** Classes named below the bar; the rest is summed up. */
  readonly mostNamed?: number
}

/** How the labels share out among the classes: a coloured bar, and below it names and numbers. */
export function ClassBar({ counts, ontology, mostNamed = 4 }: ClassBarProps) {
  const shares = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
  const rest = shares.slice(mostNamed)
  return (
    <div>
      <div class="kit-class-bar" aria-hidden="true">
        {shares.map(([slug, n]) => (
          <span key={slug} style={{ '--swatch': Ontology.colorOf(ontology, slug), flex: n }} />
        ))}
      </div>
      <ul class="kit-class-legend">
        {shares.slice(0, mostNamed).map(([slug, n]) => (
          <li key={slug}>
            <i style={{ '--swatch': Ontology.colorOf(ontology, slug) }} />
            <span class="ellipsis">{Ontology.titleOf(ontology, slug)}</span>
            <span class="mono">{n.toLocaleString('en')}</span>
          </li>
        ))}
        {rest.length > 0 && <li>and {rest.length} more</li>}
      </ul>
    </div>
  )
}
