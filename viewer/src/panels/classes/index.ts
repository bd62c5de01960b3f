import type { Panel } from '../panel'
import { ClassList } from './class-list'

export const classes: Panel = { id: 'classes', title: 'Classes', component: ClassList }
