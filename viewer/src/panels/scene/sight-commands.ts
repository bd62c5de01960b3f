import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'

/** What helps to see where the pointer is. */
export function sightCommands(bench: Workbench): readonly Command[] {
  const shared = { group: 'View', scope: 'map' } as const
  return [
    {
      ...shared,
      id: 'view.loupe',
      title: 'Magnifier (also while Alt is held)',
      keys: ['z'],
      icon: 'search',
      isOn: () => bench.isLoupeOn.value,
      run: () => {
        bench.isLoupeOn.value = !bench.isLoupeOn.peek()
      },
    },
    {
      ...shared,
      id: 'view.crosshair',
      title: 'Crosshair across the view',
      keys: ['Shift+K'],
      icon: 'target',
      isOn: () => bench.isCrosshairOn.value,
      run: () => {
        bench.isCrosshairOn.value = !bench.isCrosshairOn.peek()
      },
    },
    {
      id: 'help.tour',
      title: 'Take the tour',
      group: 'Help',
      scope: 'global',
      icon: 'info',
      run: () => {
        bench.isTouring.value = true
      },
    },
    {
      id: 'scene.refused',
      title: 'What the server refused',
      group: 'Scene',
      scope: 'global',
      icon: 'warning',
      isEnabled: () => bench.session.refusals.all.value.length > 0,
      run: () => {
        bench.open.value = 'refused'
      },
    },
  ]
}
