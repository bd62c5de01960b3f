import type { Panel } from '../panel'
import { ObjectList } from './object-list'

export const objects: Panel = { id: 'objects', title: 'Objects', component: ObjectList, isTall: true }
