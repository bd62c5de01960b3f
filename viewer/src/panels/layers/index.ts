import type { Panel } from '../panel'
import { Layers } from './layers'

export const layers: Panel = { id: 'layers', title: 'Layers', component: Layers }
