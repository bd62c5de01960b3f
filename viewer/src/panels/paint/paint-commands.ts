import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'
import { paintObjects } from './rasterise'
import { vectorise } from './vectorise-form'

/** Ways between painted layers and polygons, by name. */
export function paintCommands(bench: Workbench): readonly Command[] {
  const { painting, session } = bench
  const shared = { group: 'Paint', scope: 'map' } as const
  return [
    {
      ...shared,
      id: 'paint.objects',
      title: 'Paint the pixels of the chosen objects',
      icon: 'brush',
      isEnabled: () => session.selection.ids.value.length > 0,
      run: () => paintObjects(bench),
    },
    {
      ...shared,
      id: 'paint.vectorise',
      title: 'Make polygons of the painted layer',
      icon: 'polygon',
      isEnabled: () => (painting.target.value?.revision ?? 0) > 0,
      run: () => {
        const layer = painting.target.peek()
        if (layer) void vectorise(bench, layer, { tolerance: 0, minPixels: 1 })
      },
    },
  ]
}
