import type { Panel } from '../panel'
import { Inspector } from './inspector'

export const inspector: Panel = {
  id: 'inspector',
  title: 'Inspector',
  component: Inspector,
}
