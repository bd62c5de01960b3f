/**
 * Colour ramps by name: the anchors that `geo3d.raster.colormap` draws through, evenly spaced.
 *
 * Viridis and its family are given by every sixteenth colour of their tables (CC0, S. van der Walt, N. Smith 2015).
 */
const ANCHORS: Readonly<Record<string, string>> = {
  gray: '000000 ffffff',
  viridis:
    '440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725',
  magma:
    '000004 0c0926 221150 400f74 5f187f 7b2382 982d80 b73779 d3436e eb5760 f8765c fd9a6a febb81 fddc9e fcfdbf fcfdbf',
  inferno:
    '000004 0d0829 280b53 470b6a 65156e 82206c 9f2a63 bc3754 d44842 e8602d f57d15 fc9e08 fac228 f3e55d fcffa4 fcffa4',
  plasma:
    '0d0887 350498 5302a3 6f00a8 8b0aa5 a31e9a b83289 cc4778 db5c68 e97158 f48849 fba238 febd2a fada24 f0f921 f0f921',
  rdylgn: 'a50026 d73027 f46d43 fdae61 fee08b ffffbf d9ef8b a6d96a 66bd63 1a9850 006837',
  spectral: '9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2',
  rdbu: '67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061',
  ylgnbu: 'ffffd9 edf8b1 c7e9b4 7fcdbb 41b6c4 1d91c0 225ea8 253494 081d58',
  ylorrd: 'ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026',
  terrain: '333399 0f7ad5 00b3b3 33cc66 85db70 d6eb85 ebd696 b89c75 8a6d5c a39187 d1c8c3 ffffff',
  ndvi: '8b6b4a b59b6d dcd2a0 f2efc2 c8dd8a 8fc25a 55a03a 2a7d25 0d5a18 053d10',
}

/** Names of all ramps, in the order they are offered. */
export const RAMPS: readonly string[] = Object.keys(ANCHORS)

/** Return the 256 colours of a ramp as CSS colours. */
export function colorsOf(name: string): readonly string[] {
  const anchors = (ANCHORS[name] ?? ANCHORS.gray!).split(' ').map((hex) => {
    const value = Number.parseInt(hex, 16)
    return [value >> 16, (value >> 8) & 255, value & 255] as const
  })
  return Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (anchors.length - 1)
    const [from, to, t] = [anchors[Math.floor(at)]!, anchors[Math.ceil(at)]!, at % 1]
    const mixed = from.map((value, c) => Math.round(value + (to[c]! - value) * t))
    return `rgb(${mixed.join(' ')})`
  })
}

/** Return a CSS gradient of a ramp, for a picture of it in a list. */
export function gradientOf(name: string): string {
  const anchors = (ANCHORS[name] ?? ANCHORS.gray!).split(' ')
  return `linear-gradient(90deg, ${anchors.map((hex) => `#${hex}`).join(', ')})`
}
