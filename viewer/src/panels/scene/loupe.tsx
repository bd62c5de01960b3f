import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { tileUrl } from '../../api/tile'
import { Affine } from '../../math/affine'
import { CELL, NativeGrid } from '../../math/native-grid'
import type { Position } from '../../math/position'
import type { RasterPicture } from '../../raster/picture'
import { RasterStyle } from '../../raster/style'
import { Camera } from '../../views/camera'
import type { Stage } from '../../views/stage'
import { isElsewhere } from '../help/keymap'
import type { PanelProps } from '../panel'
import './loupe.css'

/** CSS pixels: the glass, and how far the pointer may come to its corner before it moves away. */
const SIDE = 176
const AWAY = 60
/** How much larger than on the map things are, and the least CSS pixels of a source pixel. */
const FACTOR = 4
/** Tiles that are kept. */
const MOST_TILES = 24

/** A round glass with the pixels of the file around the pointer, while Alt is held or it is switched on. */
export function Loupe({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const isHeld = useHeldAlt()
  const canvas = useRef<HTMLCanvasElement>(null)
  const tiles = useMemo(() => new Tiles(), [stage])
  const position = stage.view.pointer.value
  const picture = bench.pictures.value.find(({ asset }) => asset === bench.active.value)
  const isShown = (isHeld || bench.isLoupeOn.value) && position !== null && picture !== undefined
  const camera = stage.view.camera.value
  void [tiles.version.value, stage.hand.made.value, bench.session.labels.version.value]
  useEffect(() => {
    if (isShown) paint(canvas.current!, stage, picture, position, tiles)
  })
  if (!isShown) return null
  const [x, y] = Camera.toScreen(camera, position)
  const isUnder = x < SIDE + AWAY && y > camera.size[1] - SIDE - AWAY
  // where numbers stand in that corner, they are to be read too
  const isTaken = bench.typed.isOpen.value || bench.tool.value.family === 'measure'
  return (
    <canvas
      ref={canvas}
      class="loupe"
      data-place={isUnder !== isTaken ? 'top' : 'bottom'}
      width={SIDE * devicePixelRatio}
      height={SIDE * devicePixelRatio}
      style={{ width: `${SIDE}px`, height: `${SIDE}px` }}
      role="img"
      aria-label="Magnified pixels under the pointer"
    />
  )
}

/** Say whether Alt alone is held, not while one types. */
function useHeldAlt(): boolean {
  const held = useMemo(() => signal(false), [])
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Alt' || isElsewhere(event.target)) return
      event.preventDefault() // some browsers open their menu by it
      held.value = event.type === 'keydown'
    }
    const end = () => {
      held.value = false
    }
    addEventListener('keydown', press)
    addEventListener('keyup', press)
    addEventListener('blur', end)
    return () => {
      removeEventListener('keydown', press)
      removeEventListener('keyup', press)
      removeEventListener('blur', end)
    }
  }, [held])
  return held.value
}

/** Tiles of source pixels, as the server draws them. */
class Tiles {
  /** Counts what has arrived. */
  readonly version = signal(0)
  readonly #images = new Map<string, HTMLImageElement>()

  /** Return a tile once it is there. */
  get(url: string): HTMLImageElement | null {
    const known = this.#images.get(url)
    if (known) return known.complete && known.naturalWidth ? known : null
    const image = new Image()
    image.onload = () => {
      this.version.value++
    }
    image.src = url
    this.#images.set(url, image)
    if (this.#images.size > MOST_TILES) this.#images.delete(this.#images.keys().next().value!)
    return null
  }
}

function paint(
  canvas: HTMLCanvasElement,
  stage: Stage,
  picture: RasterPicture,
  position: Position,
  tiles: Tiles,
): void {
  const context = canvas.getContext('2d')!
  const { affine, pixel } = picture.place
  const unit = affine?.a ?? 1
  const camera: Camera = {
    ...stage.view.camera.peek(),
    center: [position[0], position[1]],
    unitsPerPixel: Math.min(unit, stage.view.camera.peek().unitsPerPixel) / FACTOR,
    size: [SIDE, SIDE],
  }
  const scale = canvas.width / SIDE
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.fillStyle = '#08090c'
  context.fillRect(0, 0, SIDE, SIDE)
  // source pixels stay squares
  context.imageSmoothingEnabled = false
  const [col, row] = affine ? Affine.applyInverse(affine, position) : position
  const perPixel = unit / camera.unitsPerPixel
  const tall = affine ? -affine.e / affine.a : 1
  const reach = SIDE / 2 / perPixel
  const z = NativeGrid.of(...pixel.size).maxZoom
  const query = RasterStyle.query({ ...picture.style, range: picture.ranges })
  const last = [Math.ceil(pixel.size[0] / CELL) - 1, Math.ceil(pixel.size[1] / CELL) - 1] as const
  for (let ty = cell(row - reach / tall); ty <= Math.min(last[1], cell(row + reach / tall)); ty++)
    for (let tx = cell(col - reach); tx <= Math.min(last[0], cell(col + reach)); tx++) {
      if (tx < 0 || ty < 0) continue
      const image = tiles.get(tileUrl(picture.asset, picture.version, [z, tx, ty], 'webp', query))
      const left = SIDE / 2 + (tx * CELL - col) * perPixel
      const top = SIDE / 2 + (ty * CELL - row) * perPixel * tall
      if (image) context.drawImage(image, left, top, CELL * perPixel, CELL * perPixel * tall)
    }
  stage.paintOn({ context, camera })
  paintCross(context)
}

function cell(pixel: number): number {
  return Math.floor(pixel / CELL)
}

function paintCross(context: CanvasRenderingContext2D): void {
  const middle = SIDE / 2
  context.setLineDash([])
  for (const [style, width] of [
    ['rgb(0 0 0 / 0.5)', 3],
    ['#ffffff', 1],
  ] as const) {
    context.strokeStyle = style
    context.lineWidth = width
    context.beginPath()
    for (const [from, to] of [
      [0, middle - 6],
      [middle + 6, SIDE],
    ] as const) {
      context.moveTo(from, middle)
      context.lineTo(to, middle)
      context.moveTo(middle, from)
      context.lineTo(middle, to)
    }
    context.stroke()
  }
}
