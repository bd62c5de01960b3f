import type { Panel } from '../panel'
import { ProfilePanel } from './profile-panel'

export const profile: Panel = {
  id: 'profile',
  title: 'Spectrum',
  component: ProfilePanel,
  isShown: (bench) => bench.isProfileOpen.value,
}
