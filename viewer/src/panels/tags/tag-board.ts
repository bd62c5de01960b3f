import { computed, signal } from '@preact/signals'
import { Annotation } from '../../model/annotation'
import { Attribute, type LabelClass, Ontology } from '../../model/ontology'
import { Asset, Scene } from '../../model/scene'
import type { Workbench } from '../workbench'

/** Annotations of tag classes that are read at once, and in how many goes at most: such classes may be drawn too. */
const PAGE = 2000
const MOST_PAGES = 5

/** The tags of a scene: what is said of all of it, or of one of its moments, without a geometry. */
export class TagBoard {
  /** Classes that may be tags. */
  readonly classes = computed<readonly LabelClass[]>(() =>
    Ontology.active(this.#bench.session.ontology.value).filter((c) => c.geometries.includes('tag')),
  )
  /** The moment that is tagged: that of the raster in front, where the scene has several; null = the whole scene. */
  readonly sample = computed<number | null>(() => {
    const scene = this.#bench.session.scene.value
    if ((scene.samples ?? []).length < 2) return null
    return Scene.asset(scene, this.#bench.active.value)?.sample ?? null
  })
  /** The tags that are set, by slug. */
  readonly tags = computed<ReadonlyMap<string, Annotation>>(() => {
    const { labels } = this.#bench.session
    void labels.version.value
    const found = [...labels.values()].filter((a) => a.geometry === null && a.sample === this.sample.value)
    return new Map(found.map((a) => [a.label, a]))
  })
  readonly isLoading = signal(false)
  readonly #bench: Workbench
  #read: string | null = null

  constructor(bench: Workbench) {
    this.#bench = bench
  }

  /** Say what is tagged, in words. */
  get subject(): string {
    const scene = this.#bench.session.scene.value
    const asset = this.sample.value === null ? null : Scene.asset(scene, this.#bench.active.value)
    return asset ? Asset.nameOf(asset) : 'the whole scene'
  }

  /** Read the tags that are stored, once for each set of classes. */
  async load(): Promise<void> {
    const { session } = this.#bench
    const label = this.classes.peek().map((c) => c.slug)
    const key = label.join(' ')
    if (!label.length || this.#read === key) return
    this.#read = key
    this.isLoading.value = true
    try {
      let after: number | null = 0
      for (let n = 0; after !== null && n < MOST_PAGES; n++) {
        const page = await session.api.annotations({ label, after, limit: PAGE })
        session.labels.receive({
          documents: page.annotations.filter((a) => a.geometry === null),
          deleted: [],
        })
        after = page.next
      }
    } catch {
      this.#read = null // no connection: the next look asks again
    } finally {
      this.isLoading.value = false
    }
  }

  /** Set a tag, or take it away: one undo step. */
  toggle(label: LabelClass): void {
    const { session } = this.#bench
    const known = this.tags.peek().get(label.slug)
    if (known) return session.editor.remove([known.id])
    const given = { scene: session.id, label: label.slug, geometry: null, tool: 'tag' }
    const made = Annotation.make({ ...given, actor: session.actor.id ?? '' })
    const [stored] = session.editor.add(`Tag ${label.title.toLowerCase()}`, [
      { ...made, sample: this.sample.peek(), attributes: Attribute.defaults(label) },
    ])
    if (stored && label.attributes.length) session.selection.set(stored.id)
  }

  /** Show the attributes of a tag in the inspector. */
  choose(slug: string): void {
    const tag = this.tags.peek().get(slug)
    if (tag) this.#bench.session.selection.set(tag.id)
  }
}
