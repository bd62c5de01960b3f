import type { Panel } from '../panel'
import { FaultList } from './fault-list'

export const checks: Panel = {
  id: 'checks',
  title: 'Checks',
  component: FaultList,
  isShown: (bench) => bench.faults.value !== null,
}
