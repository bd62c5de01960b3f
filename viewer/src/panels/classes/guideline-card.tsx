import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { LabelClass } from '../../model/ontology'
import { placeBeside } from '../kit/place'

interface GuidelineCardProps {
  readonly id: string
  readonly label: LabelClass
  readonly anchor: HTMLElement
}

/** How a class is to be drawn, beside its row while the pointer or the focus rests there. */
export function GuidelineCard({ id, label, anchor }: GuidelineCardProps) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const card = ref.current!
    card.showPopover?.()
    const size = { width: card.offsetWidth, height: card.offsetHeight }
    const at = placeBeside(
      anchor.getBoundingClientRect(),
      size,
      { width: innerWidth, height: innerHeight },
      'right',
    )
    Object.assign(card.style, { left: `${at.left}px`, top: `${at.top}px` })
  }, [anchor, label.guideline])
  return (
    <div ref={ref} id={id} class="guideline" role="tooltip" popover="manual">
      <h3>
        <i style={{ background: label.color }} /> {label.title}
      </h3>
      <Markdown text={label.guideline} />
    </div>
  )
}

/** Headings, lists, paragraphs, bold, italic and code of Markdown; all else is shown as it was typed. */
export function Markdown({ text }: { readonly text: string }) {
  const blocks = text.trim().split(/\n\s*\n/)
  return (
    <>
      {blocks.map((block, i) => (
        <Block key={i} lines={block.split('\n')} />
      ))}
    </>
  )
}

function Block({ lines }: { readonly lines: readonly string[] }) {
  if (lines.every((line) => /^\s*[-*] /.test(line)))
    return (
      <ul>
        {lines.map((line, i) => (
          <li key={i}>{inline(line.replace(/^\s*[-*] /, ''))}</li>
        ))}
      </ul>
    )
  if (lines.every((line) => /^\s*\d+\. /.test(line)))
    return (
      <ol>
        {lines.map((line, i) => (
          <li key={i}>{inline(line.replace(/^\s*\d+\. /, ''))}</li>
        ))}
      </ol>
    )
  const heading = /^#+ (.*)/.exec(lines[0]!)
  if (heading)
    return (
      <>
        <h4>{inline(heading[1]!)}</h4>
        {lines.length > 1 && <Block lines={lines.slice(1)} />}
      </>
    )
  return <p>{inline(lines.join(' '))}</p>
}

function inline(text: string): ComponentChildren {
  return text.split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/).map((part, i) => {
    if (part.startsWith('**') && part.endsWith('**') && part.length > 4)
      return <strong key={i}>{part.slice(2, -2)}</strong>
    if (part.startsWith('*') && part.endsWith('*') && part.length > 2)
      return <em key={i}>{part.slice(1, -1)}</em>
    if (part.startsWith('`') && part.endsWith('`') && part.length > 2)
      return <code key={i}>{part.slice(1, -1)}</code>
    return part
  })
}
