import { computed, effect } from '@preact/signals'
import { Sample } from '../../raster/sample'
import type { Shelved } from '../../raster/shelf'
import type { Workbench } from '../workbench'

/** Whenever the views come to rest, tell what is in sight of the rasters that are stretched by it; returns what ends it. */
export function watchSight({ shelf, stage, beside }: Workbench): () => void {
  const told = new Map<string, string>()
  let n = 0
  const rest = computed(() => {
    const views = [stage.value?.view, beside.value?.view].filter((view) => view !== undefined)
    for (const view of views) void view.camera.value
    return views.length > 0 && views.every((view) => view.isIdle.value) ? ++n : null
  })
  const look = ({ key, style, facts }: Shelved, at: number) => {
    const what = `${at} ${style.bands} ${style.expression}`
    if (!facts || told.get(key) === what) return
    told.set(key, what)
    const sample = beside.peek()?.view.sample(key) ?? stage.peek()?.view.sample(key)
    if (sample?.values.length) shelf.see(key, Sample.statistics(sample, style, facts.info))
  }
  return effect(() => {
    const [at, shelved] = [rest.value, shelf.shelved.value]
    if (at === null) return
    for (const one of shelved.values()) if (one.style.stretch.scope === 'view') look(one, at)
  })
}
