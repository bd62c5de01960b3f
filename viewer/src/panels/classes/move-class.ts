import { Ontology } from '../../model/ontology'
import type { Workbench } from '../workbench'

/** What a dragged class is called among the kinds of data. */
const KIND = 'text/x-geo3d-class'

/** Put a class below another one, or at the top (null); says so, with a way back. */
export async function moveClass(bench: Workbench, slug: string, parent: string | null): Promise<void> {
  const { session, toasts } = bench
  const ontology = session.ontology.peek()
  const before = Ontology.get(ontology, slug)?.parent ?? null
  const isOwn = parent !== null && !Ontology.parentsOf(ontology, slug).some((c) => c.slug === parent)
  if (before === parent || isOwn) return
  const [title, above] = [Ontology.titleOf(ontology, slug), parent && Ontology.titleOf(ontology, parent)]
  try {
    await session.changeClass(slug, `Move ${title}`, (newest) => ({ ...newest, parent }))
    toasts.ok(above ? `${title} is now below ${above}.` : `${title} is now at the top.`, {
      title: 'Undo',
      run: () => void moveClass(bench, slug, before),
    })
  } catch (error) {
    toasts.error(error)
  }
}

/** What makes a row of the list one that is dragged. */
export function dragging(slug: string) {
  return {
    draggable: true,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer?.setData(KIND, slug)
      if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move'
    },
  }
}

/** What lets a class be dropped on an element: it goes below `parent`, or to the top (null). */
export function dropping(bench: Workbench, parent: string | null) {
  const mark = (event: DragEvent, isOver: boolean) => {
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.toggleAttribute('data-over', isOver)
  }
  return {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes(KIND)) return
      event.preventDefault()
      mark(event, true)
    },
    onDragLeave: (event: DragEvent) => mark(event, false),
    onDrop: (event: DragEvent) => {
      const slug = event.dataTransfer?.getData(KIND)
      mark(event, false)
      if (!slug) return
      event.preventDefault()
      event.stopPropagation()
      void moveClass(bench, slug, parent)
    },
  }
}
