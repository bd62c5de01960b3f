import { projectApi } from '../../api/project'
import { sceneApi } from '../../api/scene'
import { ClassDraft } from '../../model/class-draft'
import { type ClassEffect, ClassEffects } from '../../model/class-effect'

/** What was seen of the objects of a class. */
export interface Looked {
  readonly effects: readonly ClassEffect[]
  /** Objects that were looked at. */
  readonly n: number
  /** False where there are more than are read while a person waits. */
  readonly isWhole: boolean
}

/** Objects that are read before a person is to be asked; a few seconds' worth. */
const MOST = 20_000
const PAGE = 2000

/** Read the objects of a class, in all scenes, and find out what a change of the class means to them. */
export async function lookAtObjects(draft: ClassDraft, signal: AbortSignal): Promise<Looked> {
  const slug = draft.was.slug
  const effects = new ClassEffects(draft, ClassDraft.settled(draft))
  const scenes = (await projectApi.scenes()).filter(({ counts }) => (counts[slug] ?? 0) > 0)
  for (const { id } of scenes)
    for (let after: number | null = 0; after !== null; ) {
      if (effects.n >= MOST) return { effects: effects.all(), n: effects.n, isWhole: false }
      const page = await sceneApi(id).annotations({ label: [slug], after, limit: PAGE }, signal)
      effects.look(page.annotations)
      after = page.next
    }
  return { effects: effects.all(), n: effects.n, isWhole: true }
}
