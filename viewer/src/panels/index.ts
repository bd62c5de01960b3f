import { checks } from './checks'
import { classes } from './classes'
import { inspector } from './inspector'
import { layers } from './layers'
import { objects } from './objects'
import type { Panel } from './panel'
import { profile } from './profile'
import { tags } from './tags'

/** Every panel at the side, top first. */
export const PANELS: readonly Panel[] = [classes, tags, checks, objects, inspector, profile, layers]
