import { computed, signal } from '@preact/signals'
import type { SceneSummary } from '../../api/client'
import { sentenceOf } from '../../api/problem'
import { projectApi } from '../../api/project'
import { sceneApi } from '../../api/scene'
import { Id } from '../../model/id'
import type { Project } from '../../model/scene'

export type Order = 'newest' | 'title' | 'labels'

/** The scenes of the project, as the start page shows them. */
export class SceneList {
  /** Null until the server has answered for the first time. */
  readonly all = signal<readonly SceneSummary[] | null>(null)
  readonly project = signal<Project | null>(null)
  /** Why the list could not be read. */
  readonly error = signal<string | null>(null)
  readonly wanted = signal('')
  readonly order = signal<Order>('newest')
  readonly shown = computed(() => {
    const wanted = this.wanted.value.trim().toLowerCase()
    const fitting = (this.all.value ?? []).filter((scene) => scene.title.toLowerCase().includes(wanted))
    return fitting.sort(ORDERS[this.order.value])
  })

  /** Read everything anew. */
  async load(): Promise<void> {
    try {
      const [all, project] = await Promise.all([projectApi.scenes(), projectApi.get()])
      this.all.value = all
      this.project.value = project
      this.error.value = null
    } catch (error) {
      this.error.value = sentenceOf(error)
    }
  }

  /** Make an empty scene and return its id. */
  async add(title: string): Promise<Id> {
    const scene = await projectApi.addScene(title, Id.make())
    await this.load()
    return scene.id
  }

  /** Give a scene another title. */
  async rename(id: Id, title: string): Promise<void> {
    await sceneApi(id).rename(title)
    await this.load()
  }

  /** Delete a scene with its labels; its history stays in the log. */
  async delete(id: Id): Promise<void> {
    await projectApi.deleteScene(id)
    await this.load()
  }

  /** Delete a scene that was made for files which did not come; one that has some by now stays. */
  async deleteEmpty(id: Id): Promise<void> {
    await this.load()
    const scene = this.all.value?.find((other) => other.id === id)
    if (scene && scene.assets.length === 0 && scene.n_annotations === 0) await this.delete(id)
  }
}

// ids begin with the time of their making (UUIDv7)
const byAge = (a: SceneSummary, b: SceneSummary) => b.id.localeCompare(a.id)

const ORDERS: { readonly [O in Order]: (a: SceneSummary, b: SceneSummary) => number } = {
  newest: byAge,
  title: (a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }) || byAge(a, b),
  labels: (a, b) => b.n_annotations - a.n_annotations || byAge(a, b),
}
