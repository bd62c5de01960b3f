import { type Expression, parse } from './expression'
import type { RasterInfo } from './info'
import { colorsOf } from './ramp'
import { type Range, RasterStyle } from './style'

/** An expression of OpenLayers' style language: plain data that becomes a shader. */
export type Glsl = number | string | readonly Glsl[]

/** How tile values become colours on the GPU. */
export interface Material {
  /** Changes when another shader is needed; equal keys differ in variables only. */
  readonly key: string
  readonly color: Glsl
  /** Numbers that may change at any moment without a new shader, tile or request. */
  readonly variables: { readonly [name: string]: number }
}

/** What the values of a tile are in the GPU's textures. */
export interface TextureLayout {
  /** Texture band (1-based) of each raster band. */
  readonly bandOf: ReadonlyMap<number, number>
  /** Texture band that is above 0 where there is data. */
  readonly mask: number
  /** What a texture value is multiplied by: 255 for bytes, which the GPU scales to 0..1. */
  readonly factor: number
}

/**
 * Return the material of a style.
 *
 * @param ranges (dark, bright) of each shown channel
 */
export function materialOf(
  style: RasterStyle,
  info: RasterInfo,
  ranges: readonly Range[],
  layout: TextureLayout,
): Material {
  const variables: Record<string, number> = { gamma: style.gamma }
  ranges.forEach(([dark, bright], i) => {
    variables[`dark${i}`] = dark
    variables[`bright${i}`] = bright
  })
  const value = (i: number): Glsl => {
    if (style.expression !== null) return glslOf(parse(style.expression, namesOf(info)), layout)
    variables[`band${i}`] = layout.bandOf.get(style.bands[i]!) ?? 1
    return times(['band', ['var', `band${i}`]], layout.factor)
  }
  // half: where the GPU smooths, the rim of the data lies in the middle between the two
  const seen: Glsl = ['>', ['band', layout.mask], 0.49]
  if (!RasterStyle.isSingle(style)) {
    const channels = [0, 1, 2].map((i) => times(bent(stretched(value(i), i)), 255))
    return { key: 'three', color: ['color', ...channels, ['case', seen, 1, 0]], variables }
  }
  const index = bent(stretched(value(0), 0))
  const ramp = style.colormap ?? 'gray'
  const key = `one ${style.expression ?? ''} ${ramp}`
  if (ramp === 'gray') {
    const gray = times(index, 255)
    return { key, color: ['color', gray, gray, gray, ['case', seen, 1, 0]], variables }
  }
  const color: Glsl = ['palette', ['clamp', ['round', times(index, 255)], 0, 255], colorsOf(ramp)]
  return { key, color: ['case', seen, color, ['color', 0, 0, 0, 0]], variables }
}

/** Return the names by which an expression may call the bands. */
export function namesOf(info: RasterInfo): readonly string[] {
  return info.bands.map((band) => band.name)
}

function stretched(value: Glsl, i: number): Glsl {
  const [dark, bright]: Glsl[] = [
    ['var', `dark${i}`],
    ['var', `bright${i}`],
  ]
  return ['clamp', ['/', ['-', value, dark!], ['-', bright!, dark!]], 0, 1]
}

function bent(value: Glsl): Glsl {
  return ['^', value, ['/', 1, ['var', 'gamma']]]
}

function times(value: Glsl, factor: number): Glsl {
  return factor === 1 ? value : ['*', value, factor]
}

/** Return an expression in the style language. Truth is 1 and 0 there as in `geo3d.raster.expression`. */
function glslOf(expression: Expression, layout: TextureLayout): Glsl {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'band')
    return times(['band', layout.bandOf.get(expression.index) ?? 1], layout.factor)
  const [a, b, c] = expression.of.map((of) => glslOf(of, layout)) as [Glsl, Glsl, Glsl]
  switch (expression.name) {
    case '**':
      return ['^', a, b]
    case 'negate':
      return ['-', 0, a]
    case 'not':
      return ['case', ['==', a, 0], 1, 0]
    case '&':
      return ['case', ['all', ['!=', a, 0], ['!=', b, 0]], 1, 0]
    case '|':
      return ['case', ['any', ['!=', a, 0], ['!=', b, 0]], 1, 0]
    case 'min':
      return ['case', ['<', a, b], a, b]
    case 'max':
      return ['case', ['>', a, b], a, b]
    case 'clip':
      return ['clamp', a, b, c]
    case 'where':
      return ['case', ['!=', a, 0], b, c]
    case '+':
    case '-':
    case '*':
    case '/':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'round':
      return [expression.name, ...expression.of.map((of) => glslOf(of, layout))]
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return ['case', [expression.name, a, b], 1, 0]
    default:
      throw new UnsupportedOnGpu(expression.name)
  }
}

/** The style language has no word for it: the server has to draw. */
export class UnsupportedOnGpu extends Error {
  override readonly name = 'UnsupportedOnGpu'
}
