import type { Panel } from '../panel'
import { Tags } from './tags'

export const tags: Panel = {
  id: 'tags',
  title: 'Tags',
  component: Tags,
  isShown: (bench) => bench.tags.classes.value.length > 0,
}
