import type { components } from '../api/schema'

type Schemas = components['schemas']

export type Layer = Required<Schemas['Layer']>
export type Paint = Schemas['Paint']

/** Entries of a piece of a layer, row after row. */
export type Entries = Uint8Array | Uint16Array | Uint32Array

/** Pure functions on layers. */
export const Layer = {
  /** Return what a person calls it. */
  nameOf(layer: Layer): string {
    return layer.title || 'Painted classes'
  },

  /** Return entries of a layer's type, read from bytes (little-endian) or all 0. */
  entries(layer: Pick<Layer, 'dtype'>, from: ArrayBuffer | number): Entries {
    const Maker = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array }[layer.dtype]
    return new Maker(from as ArrayBuffer)
  },
}
