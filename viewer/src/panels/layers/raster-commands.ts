import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'
import { followTeam, shareLooks } from './shared-look'

/** What can be done to how rasters are shown, by name or key. */
export function rasterCommands(bench: Workbench): readonly Command[] {
  const { comparison } = bench
  const define = (id: string, title: string, icon: string, run: () => void): Command => ({
    id: `view.${id}`,
    title,
    group: 'View',
    scope: 'map',
    icon,
    run,
  })
  const legend = () => {
    bench.isLegendShown.value = !bench.isLegendShown.peek()
  }
  return [
    {
      ...define('swipe', 'Compare: swipe between two looks', 'swipe', () => comparison.toggle('swipe')),
      isOn: () => comparison.mode.value === 'swipe',
    },
    {
      ...define('beside', 'Compare: two looks side by side', 'beside', () => comparison.toggle('beside')),
      isOn: () => comparison.mode.value === 'beside',
    },
    {
      ...define('legend', 'Show or hide the legend', 'list', legend),
      isOn: () => bench.isLegendShown.value,
    },
    {
      ...define('profile', 'Spectrum of the pointer and of the chosen area', 'activity', () => {
        bench.isProfileOpen.value = !bench.isProfileOpen.peek()
      }),
      keys: ['Shift+P'],
      isOn: () => bench.isProfileOpen.value,
    },
    define('share', 'Show the rasters to everybody like this', 'users', () => void shareLooks(bench)),
    define('team', 'Show the rasters as the team sees them', 'undo', () => followTeam(bench)),
  ]
}
