import { Annotation } from './annotation'
import type { Geometry } from './geometry'
import type { Id } from './id'
import { type LabelClass, Ontology } from './ontology'
import type { Frame, Scene } from './scene'

/** Objects that were copied, as they travel through the clipboard. */
export interface Bundle {
  readonly geo3d: 'objects'
  readonly version: 1
  /** Where they were copied; null = in another program. */
  readonly scene: Id | null
  /** The frames of their geometries. */
  readonly frames: readonly Frame[]
  /** Titles of their classes: another project may call a slug otherwise. */
  readonly titles: { readonly [slug: string]: string }
  readonly annotations: readonly Annotation[]
}

/** Pure functions on bundles. */
export const Bundle = {
  /** Return what is copied of a scene. */
  of(scene: Scene, ontology: Ontology, annotations: readonly Annotation[]): Bundle {
    const frames = new Set(annotations.map((a) => a.geometry?.frame))
    const slugs = new Set(annotations.map((a) => a.label))
    return {
      geo3d: 'objects',
      version: 1,
      scene: scene.id,
      frames: (scene.frames as readonly Frame[]).filter((f) => frames.has(f.id)),
      titles: Object.fromEntries([...slugs].map((slug) => [slug, Ontology.titleOf(ontology, slug)])),
      annotations,
    }
  },

  /** Return the bundle that a text holds, null where it holds none. */
  parse(text: string): Bundle | null {
    if (!text.startsWith('{"geo3d":"objects"')) return null
    try {
      const found = JSON.parse(text) as Bundle
      const isWhole = Array.isArray(found.annotations) && Array.isArray(found.frames)
      return found.version === 1 && isWhole ? found : null
    } catch {
      return null
    }
  },

  /**
   * Return the class that a copied object becomes of: the same slug, else the same title, else the one that is drawn
   * with; null where none of them may be drawn so.
   */
  classOf(bundle: Bundle, a: Annotation, ontology: Ontology, chosen: LabelClass | null): LabelClass | null {
    const active = Ontology.active(ontology)
    const title = bundle.titles[a.label]?.toLowerCase()
    const found =
      active.find((c) => c.slug === a.label) ?? active.find((c) => c.title.toLowerCase() === title) ?? chosen
    return found && Ontology.allows(found, Annotation.kindOf(a)) ? found : null
  },

  /** Return a copied object as a new one. */
  copyOf(
    a: Annotation,
    given: { scene: Id; actor: Id; label: string; geometry: Geometry; isSameScene: boolean },
  ): Annotation {
    const { scene, actor, label, geometry, isSameScene } = given
    const made = Annotation.make({ scene, actor, label, geometry, tool: 'paste' })
    return {
      ...made,
      attributes: a.attributes,
      extra: a.extra,
      sample: isSameScene ? a.sample : null,
      provenance: { ...made.provenance, sources: a.id ? [a.id] : [] },
    }
  },
}
