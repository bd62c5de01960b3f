import type { Panel } from '../panel'
import { Layers, LayersMenu } from './layers'

export const layers: Panel = { id: 'layers', title: 'Layers', component: Layers, aside: LayersMenu }
