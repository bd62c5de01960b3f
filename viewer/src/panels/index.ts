import { checks } from './checks'
import { classes } from './classes'
import { inspector } from './inspector'
import { layers } from './layers'
import { objects } from './objects'
import type { Panel } from './panel'

/** Every panel at the side, top first. */
export const PANELS: readonly Panel[] = [classes, checks, objects, inspector, layers]
