import { alike, type Likeness, type Pixels } from '../math/flood'
import { type Grouping, slic } from '../math/slic'

/** What the worker is asked. Pixels are sent once, and then meant by every question. */
export type Asked =
  | { readonly kind: 'pixels'; readonly pixels: Pixels }
  | { readonly kind: 'alike'; readonly id: number; readonly seed: number; readonly how: Likeness }
  | { readonly kind: 'groups'; readonly id: number; readonly how: Grouping }

let pixels: Pixels | null = null

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  if (data.kind === 'pixels') {
    pixels = data.pixels
    return
  }
  if (!pixels) return
  if (data.kind === 'alike') {
    const bits = alike(pixels, data.seed, data.how)
    self.postMessage({ id: data.id, bits }, { transfer: [bits.buffer] })
    return
  }
  const { labels, boxes } = slic(pixels, data.how)
  self.postMessage({ id: data.id, labels, boxes }, { transfer: [labels.buffer, boxes.buffer] })
}
