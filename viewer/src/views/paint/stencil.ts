import type { Stencil } from '../../tools/tool'
import { Camera } from '../camera'
import type { Easel } from './brush'

const OUTLINE = '#ffe27a'

/** Pictures of cells by their bits and colour: made once, however often they are drawn. */
const pictures = new WeakMap<Uint8Array, { readonly color: string; readonly canvas: HTMLCanvasElement }>()

/** Paint cells of a raster: outlines in a colour that stands out, areas in that of the class. */
export function paintStencil({ context, camera }: Easel, stencil: Stencil, color: string): void {
  const isOutline = stencil.kind === 'outline'
  const [x0, y0] = Camera.toScreen(camera, stencil.first)
  const [x1, y1] = Camera.toScreen(camera, stencil.last)
  const wasSmooth = context.imageSmoothingEnabled
  context.imageSmoothingEnabled = false
  context.globalAlpha = isOutline ? 0.55 : 0.5
  context.drawImage(pictureOf(stencil, isOutline ? OUTLINE : color), x0, y0, x1 - x0, y1 - y0)
  context.globalAlpha = 1
  context.imageSmoothingEnabled = wasSmooth
}

function pictureOf({ bits, size }: Stencil, color: string): HTMLCanvasElement {
  const known = pictures.get(bits)
  if (known?.color === color) return known.canvas
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = size
  const image = new ImageData(size[0], size[1])
  const pixels = new Uint32Array(image.data.buffer)
  const rgb = Number.parseInt(color.slice(1), 16)
  const ink = (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0
  for (let i = 0; i < bits.length; i++) if (bits[i]) pixels[i] = ink
  canvas.getContext('2d')!.putImageData(image, 0, 0)
  pictures.set(bits, { color, canvas })
  return canvas
}
