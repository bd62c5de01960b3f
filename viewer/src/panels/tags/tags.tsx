import { useEffect } from 'preact/hooks'
import { Ontology } from '../../model/ontology'
import { IconButton, Kbd } from '../kit/button'
import type { PanelProps } from '../panel'
import { keyOfTag } from './tag-commands'
import './tags.css'

/** What is said of the whole scene, or of the picture in front: each class that may be a tag, on or off. */
export function Tags({ bench }: PanelProps) {
  const board = bench.tags
  const classes = board.classes.value
  useEffect(() => void board.load(), [board, classes])
  const tags = board.tags.value
  return (
    <div class="tags">
      <p class="dim">Said of {board.subject}:</p>
      <ul>
        {classes.map((label, i) => (
          <li key={label.slug}>
            <button
              type="button"
              class="tags-chip"
              aria-pressed={tags.has(label.slug)}
              title={label.guideline || undefined}
              onClick={() => board.toggle(label)}
            >
              <span
                class="object-swatch"
                style={{ background: Ontology.colorOf(bench.session.ontology.value, label.slug) }}
              />
              <span class="ellipsis">{label.title}</span>
              {keyOfTag(i) && <Kbd keys={keyOfTag(i)!} />}
            </button>
            {tags.has(label.slug) && label.attributes.length > 0 && (
              <IconButton
                icon="pencil"
                size={22}
                label={`Attributes of ${label.title}`}
                onClick={() => board.choose(label.slug)}
              />
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
