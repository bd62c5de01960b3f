import type { components } from '../api/schema'
import type { Geometry, GeometryKind } from './geometry'
import { Id } from './id'

type Schemas = components['schemas']

export type Provenance = Schemas['Provenance']
export type ReviewState = Schemas['Annotation']['state']
export type AttributeValue = string | boolean | number | readonly string[] | null
export type Attributes = { readonly [name: string]: AttributeValue }

/** One observation of one object, as the server stores it. */
export type Annotation = Required<Schemas['Annotation']>

/** Makes and changes annotations; never in place. */
export const Annotation = {
  /** Return a new annotation that nobody has stored yet. */
  make(given: {
    scene: Id
    label: string
    geometry: Geometry | null
    actor: string
    tool: string
    now?: Date
  }): Annotation {
    const { scene, label, geometry, actor, tool, now = new Date() } = given
    return {
      kind: 'annotation',
      id: Id.make(now.getTime()),
      scene,
      fid: 0,
      sample: null,
      thing: null,
      label,
      geometry,
      attributes: {},
      state: 'draft',
      provenance: {
        method: 'manual',
        actor,
        at: now.toISOString(),
        tool,
        sources: [],
        score: null,
        guideline_version: null,
      },
      revision: 0,
      extra: {},
    }
  },

  /** Return the annotation with other contents; what was submitted or accepted becomes a draft again. */
  with(
    annotation: Annotation,
    update: Partial<Pick<Annotation, 'geometry' | 'label' | 'attributes'>>,
  ): Annotation {
    const state =
      annotation.state === 'accepted' || annotation.state === 'submitted' ? 'draft' : annotation.state
    return { ...annotation, ...update, state }
  },

  /** Return the annotation in another state of review. */
  inState(annotation: Annotation, state: ReviewState): Annotation {
    return { ...annotation, state }
  },

  /** Return the words that it was tagged with: the attribute `tags`, which every annotation may have. */
  tagsOf({ attributes }: Annotation): readonly string[] {
    const tags = (attributes as Attributes).tags
    return Array.isArray(tags) ? (tags as readonly string[]) : []
  },

  /** Return what it is drawn as; `tag` where it has no geometry. */
  kindOf(annotation: Annotation): GeometryKind | 'tag' {
    return annotation.geometry?.kind ?? 'tag'
  },

  /** Return what a person calls it: its stable number, or "new" until the server has given one. */
  nameOf(annotation: Annotation): string {
    return annotation.fid > 0 ? `#${annotation.fid}` : 'new'
  },
}
