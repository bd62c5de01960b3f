import { DEGREE_M, Ground } from '../../math/ground'
import type { Stage } from '../../views/stage'

/** Metres per unit between which a unit is a foot, or a metre with whatever scale a projection gives it. */
const FOOT = [0.29, 0.32] as const
const METRE = [0.5, 2] as const

/** Return the sign of the view frame's unit: that of its pixels, or as the ground says where the view looks. */
export function unitOf(stage: Stage): string {
  const { frame, affine } = stage.place
  if (!affine || frame.kind !== 'map') return 'px'
  const ground = stage.scale.ground.value
  if (!ground) return ''
  if (/^EPSG:(3857|3395)$/i.test(frame.crs)) return 'm' // far from the equator its metres are short
  const metres = Ground.metresPerUnit(ground)
  const isIn = ([least, most]: readonly [number, number]) => metres > least && metres < most
  return metres > DEGREE_M ? '°' : isIn(FOOT) ? 'ft' : isIn(METRE) ? 'm' : ''
}
