import { addPart } from './add-part'
import { box } from './box'
import { boxTurned } from './box-turned'
import { brush } from './brush'
import { circle } from './circle'
import { circleThree } from './circle-three'
import { cutHole } from './cut-hole'
import { eraser } from './eraser'
import { fillRing } from './fill-ring'
import { keypoints } from './keypoints'
import { lasso } from './lasso'
import { measure } from './measure'
import { measureArea } from './measure-area'
import { paintPolygon } from './paint-polygon'
import { pan } from './pan'
import { point } from './point'
import { polygon } from './polygon'
import { polygonFreehand } from './polygon-freehand'
import { polygonRegular } from './polygon-regular'
import { polyline } from './polyline'
import { polylineBand } from './polyline-band'
import { polylineFreehand } from './polyline-freehand'
import { rectangle } from './rectangle'
import { rectangleTurned } from './rectangle-turned'
import { reshape } from './reshape'
import { select } from './select'
import { split } from './split'
import { superpixels } from './superpixels'
import type { Tool } from './tool'
import { turn } from './turn'
import { wand } from './wand'

/** Every tool, in the order of the rail. */
export const TOOLS: readonly Tool[] = [
  select,
  lasso,
  pan,
  polygon,
  polygonFreehand,
  box,
  boxTurned,
  rectangle,
  rectangleTurned,
  circle,
  circleThree,
  polygonRegular,
  polyline,
  polylineFreehand,
  polylineBand,
  point,
  keypoints,
  brush,
  eraser,
  paintPolygon,
  wand,
  superpixels,
  cutHole,
  fillRing,
  addPart,
  split,
  reshape,
  turn,
  measure,
  measureArea,
]
