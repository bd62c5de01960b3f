import { box } from './box'
import { cutHole } from './cut-hole'
import { pan } from './pan'
import { point } from './point'
import { polygon } from './polygon'
import { polyline } from './polyline'
import { select } from './select'
import type { Tool } from './tool'

/** Every tool, in the order of the rail. */
export const TOOLS: readonly Tool[] = [select, pan, polygon, box, polyline, point, cutHole]
