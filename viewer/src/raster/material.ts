import { type Expression, parse } from './expression'
import type { RasterInfo } from './info'
import { colorsOf } from './ramp'
import { type Range, RasterStyle, type Shade } from './style'
import type { TextureLayout } from './texture'

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
  const { gamma, contrast, brightness } = style
  const variables: Record<string, number> = { gamma, contrast, brightness }
  ranges.forEach(([dark, bright], i) => {
    variables[`dark${i}`] = dark
    variables[`bright${i}`] = bright
  })
  const parsed = style.expression === null ? null : parse(style.expression, namesOf(info))
  const value = (i: number, dx = 0, dy = 0): Glsl => {
    if (parsed) return glslOf(parsed, layout, dx, dy)
    variables[`band${i}`] = layout.bandOf.get(style.bands[i]!) ?? 1
    return times(['band', ['var', `band${i}`], dx, dy], layout.factor)
  }
  // half: where the GPU smooths, the rim of the data lies in the middle between the two
  const seen: Glsl = ['>', ['band', layout.mask], 0.49]
  if (!RasterStyle.isSingle(style)) {
    const channels = [0, 1, 2].map((i) => times(bent(stretched(value(i), i)), 255))
    return { key: 'three', color: ['color', ...channels, ['case', seen, 1, 0]], variables }
  }
  const shade = style.shade && layout.ground && { ...style.shade, ground: layout.ground }
  const ramp = style.colormap ?? 'gray'
  const key = `one ${style.expression ?? ''} ${ramp} ${shade ? 'shaded' : ''}`
  if (shade) {
    Object.assign(variables, variablesOf(shade))
    const light = lightOf((dx, dy) => value(0, dx, dy), shade.ground)
    return { key, color: shadedColor(style.colormap, bent(stretched(value(0), 0)), light, layout), variables }
  }
  const index = bent(stretched(value(0), 0))
  if (ramp === 'gray') {
    const gray = times(index, 255)
    return { key, color: ['color', gray, gray, gray, ['case', seen, 1, 0]], variables }
  }
  return { key, color: ['case', seen, colorOf(ramp, index), ['color', 0, 0, 0, 0]], variables }
}

function colorOf(ramp: string, index: Glsl): Glsl {
  return ['palette', ['clamp', ['round', times(index, 255)], 0, 255], colorsOf(ramp)]
}

function variablesOf({ azimuth, altitude, zFactor }: Shade): Record<string, number> {
  const [towards, up] = [(azimuth * Math.PI) / 180, (altitude * Math.PI) / 180]
  // a scale of 8: the differences of the kernel stand for eight pixels
  return {
    steep: zFactor / 8,
    sunX: -Math.sin(towards) * Math.cos(up),
    sunY: Math.cos(towards) * Math.cos(up),
    sunUp: Math.sin(up),
  }
}

/**
 * Return how much light the ground reflects, 0 to 1; the formula of `geo3d.raster.hillshade`.
 *
 * @param height gives the height at an offset in pixels, to the right and downwards
 * @param ground texture bands of a pixel's size
 */
function lightOf(height: (dx: number, dy: number) => Glsl, ground: readonly [number, number]): Glsl {
  const side = (of: (i: number) => Glsl): Glsl => ['+', of(-1), ['*', 2, of(0)], of(1)]
  const slope = (after: Glsl, before: Glsl, size: number): Glsl => [
    '/',
    ['*', ['-', after, before], ['var', 'steep']],
    ['band', size],
  ]
  const across = slope(
    side((i) => height(1, i)),
    side((i) => height(-1, i)),
    ground[0],
  )
  const down = slope(
    side((i) => height(i, 1)),
    side((i) => height(i, -1)),
    ground[1],
  )
  const facing: Glsl = ['+', ['var', 'sunUp'], ['*', across, ['var', 'sunX']], ['*', down, ['var', 'sunY']]]
  const length: Glsl = ['sqrt', ['+', 1, ['*', across, across], ['*', down, down]]]
  return ['clamp', ['/', facing, length], 0, 1]
}

/** Return light alone, or the colours of a ramp in it; nothing where a neighbour has no height. */
function shadedColor(colormap: string | null, index: Glsl, light: Glsl, layout: TextureLayout): Glsl {
  const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))
  const isSeen: Glsl = ['all', ...around.map(([dx, dy]): Glsl => ['>', ['band', layout.mask, dx, dy], 0.49])]
  const gray = times(light, 255)
  if (!colormap) return ['color', gray, gray, gray, ['case', isSeen, 1, 0]]
  // half of the light falls everywhere, as the server has it: colours stay readable in the shade
  const lit = times(['+', 0.35, ['*', 0.65, light]], 255)
  const shaded: Glsl = ['*', colorOf(colormap, index), ['color', lit, lit, lit, 1]]
  return ['case', isSeen, shaded, ['color', 0, 0, 0, 0]]
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
  const curved: Glsl = ['^', value, ['/', 1, ['var', 'gamma']]]
  const driven: Glsl = ['*', ['-', curved, 0.5], ['var', 'contrast']]
  return ['clamp', ['+', driven, 0.5, ['var', 'brightness']], 0, 1]
}

function times(value: Glsl, factor: number): Glsl {
  return factor === 1 ? value : ['*', value, factor]
}

/** Return an expression in the style language. Truth is 1 and 0 there as in `geo3d.raster.expression`. */
function glslOf(expression: Expression, layout: TextureLayout, dx: number, dy: number): Glsl {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'band')
    return times(['band', layout.bandOf.get(expression.index) ?? 1, dx, dy], layout.factor)
  const [a, b, c] = expression.of.map((of) => glslOf(of, layout, dx, dy)) as [Glsl, Glsl, Glsl]
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
      return [expression.name, ...expression.of.map((of) => glslOf(of, layout, dx, dy))]
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
