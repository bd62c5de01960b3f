import Layer from 'ol/layer/Layer'
import type { FrameState } from 'ol/Map'
import { Affine } from '../../math/affine'
import { CELL } from '../../math/native-grid'
import type { Entries } from '../../model/paint'
import type { PaintedTile } from '../../raster/painted-tiles'
import { Camera } from '../camera'
import type { PaintedSheet } from '../view'

/** Picture of a tile, as of a change and an ink. */
interface Picture {
  readonly canvas: HTMLCanvasElement
  readonly change: number
  readonly ink: ReadonlyMap<number, number>
}

/** Painted layers, each pixel as large as it is: between rasters and labels, drawn anew with every frame of the map. */
export class PaintedLayer extends Layer {
  readonly #canvas = document.createElement('canvas')
  readonly #camera: () => Camera
  readonly #pictures = new WeakMap<PaintedTile, Picture>()
  #sheets: readonly PaintedSheet[] = []

  /** @param camera returns how the plane is looked at in the frame that is drawn */
  constructor(camera: () => Camera) {
    super({ zIndex: 90 })
    this.#camera = camera
    this.#canvas.className = 'map-painted'
    this.#canvas.style.position = 'absolute'
    this.#canvas.style.pointerEvents = 'none'
  }

  /** Show these, the first at the bottom. */
  set sheets(sheets: readonly PaintedSheet[]) {
    this.#sheets = sheets
    this.changed()
  }

  override getSourceState(): 'ready' {
    return 'ready'
  }

  override render(frame: FrameState | null): HTMLElement {
    if (!frame) return this.#canvas
    const [width, height] = frame.size as [number, number]
    const ratio = frame.pixelRatio
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (this.#canvas.width !== w || this.#canvas.height !== h) {
      this.#canvas.width = w
      this.#canvas.height = h
      this.#canvas.style.width = `${width}px`
      this.#canvas.style.height = `${height}px`
    }
    const context = this.#canvas.getContext('2d')!
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, w, h)
    context.imageSmoothingEnabled = false
    for (const sheet of this.#sheets) this.#drawSheet(context, sheet, ratio)
    return this.#canvas
  }

  #drawSheet(context: CanvasRenderingContext2D, sheet: PaintedSheet, ratio: number): void {
    const camera = this.#camera()
    const { grid } = sheet.tiles
    const bounds = Camera.bounds(camera)
    const affine = sheet.place.affine
    const native = ([x, y]: readonly [number, number]) =>
      affine ? Affine.applyInverse(affine, [x, y]) : [x, y]
    const corners = [native([bounds[0], bounds[1]]), native([bounds[2], bounds[3]])] as const
    const [left, right] = [corners[0][0]!, corners[1][0]!].toSorted((a, b) => a - b) as [number, number]
    const [top, bottom] = [corners[0][1]!, corners[1][1]!].toSorted((a, b) => a - b) as [number, number]
    const perPixel = camera.unitsPerPixel / (affine?.a ?? 1)
    const up = Math.max(0, Math.min(grid.maxZoom, Math.floor(Math.log2(Math.max(1, perPixel)) + 1e-9)))
    const z = grid.maxZoom - up
    const span = CELL * 2 ** up
    const last = (length: number, end: number) =>
      Math.min(Math.ceil(length / span), Math.ceil(end / span)) - 1
    context.globalAlpha = sheet.opacity
    for (let y = Math.max(0, Math.floor(top / span)); y <= last(grid.height, bottom); y++)
      for (let x = Math.max(0, Math.floor(left / span)); x <= last(grid.width, right); x++)
        this.#drawTile(context, sheet, camera, ratio, [z, x, y])
    context.globalAlpha = 1
  }

  #drawTile(
    context: CanvasRenderingContext2D,
    sheet: PaintedSheet,
    camera: Camera,
    ratio: number,
    [z, x, y]: readonly [number, number, number],
  ): void {
    const { tiles, place } = sheet
    const span = CELL * 2 ** (tiles.grid.maxZoom - z)
    const at = (column: number, row: number) => {
      const position = place.affine ? Affine.apply(place.affine, [column, row]) : ([column, row] as const)
      // whole device pixels: neighbours meet without a seam
      return Camera.toScreen(camera, position).map((v) => Math.round(v * ratio)) as [number, number]
    }
    const [x0, y0] = at(x * span, y * span)
    const [x1, y1] = at((x + 1) * span, (y + 1) * span)
    const tile = tiles.get(z, x, y)
    if (tile) {
      const picture = tile.entries && this.#pictureOf(tile, tile.entries, sheet.ink)
      if (picture) context.drawImage(picture, x0, y0, x1 - x0, y1 - y0)
      return
    }
    // until it is there, what is there of it in a coarser one
    for (let up = 1; up <= z; up++) {
      const above = tiles.peek(z - up, x >> up, y >> up)
      if (!above) continue
      const part = CELL / 2 ** up
      const [u, v] = [(x - ((x >> up) << up)) * part, (y - ((y >> up) << up)) * part]
      const picture = above.entries && this.#pictureOf(above, above.entries, sheet.ink)
      if (picture) context.drawImage(picture, u, v, part, part, x0, y0, x1 - x0, y1 - y0)
      return
    }
  }

  #pictureOf(tile: PaintedTile, entries: Entries, ink: ReadonlyMap<number, number>): HTMLCanvasElement {
    const known = this.#pictures.get(tile)
    if (known && known.change === tile.change && known.ink === ink) return known.canvas
    const canvas = known?.canvas ?? document.createElement('canvas')
    canvas.width = CELL
    canvas.height = CELL
    const image = new ImageData(CELL, CELL)
    const pixels = new Uint32Array(image.data.buffer)
    let [value, color] = [0, 0]
    for (let i = 0; i < entries.length; i++) {
      if (entries[i] !== value) {
        value = entries[i]!
        color = value === 0 ? 0 : (ink.get(value) ?? UNKNOWN)
      }
      pixels[i] = color
    }
    canvas.getContext('2d')!.putImageData(image, 0, 0)
    this.#pictures.set(tile, { canvas, change: tile.change, ink })
    return canvas
  }
}

/** Grey, as bytes R, G, B, A of a little-endian number: a class that is not known. */
const UNKNOWN = 0xffa5948b
