import { buffer, containsExtent, intersects } from 'ol/extent'
import type Feature from 'ol/Feature'
import VectorTileLayer from 'ol/layer/VectorTile'
import type RenderFeature from 'ol/render/Feature'
import VectorTileSource from 'ol/source/VectorTile'
import { Circle, Fill, Stroke, Style } from 'ol/style'
import type TileGrid from 'ol/tilegrid/TileGrid'
import { faded } from '../paint/brush'
import type { LabelInk, LabelTiles } from '../view'
import { CellBrush, CellFormat, type ClassCount } from './label-cells'
import type { Plane } from './plane'

type TileFeature = RenderFeature | Feature

/** A change whose tiles have to be asked for anew; extents are on the plane. */
export interface PlaneStain {
  readonly revision: number
  /** Null = everywhere but `except`. */
  readonly extent: number[] | null
  readonly except: number[] | null
}

const UNKNOWN = '#8b94a5'
/** Styles that are kept; every count of a cell needs one of its own. */
const MOST_STYLES = 4000
/** Changes that are remembered one by one; older ones are taken as one that is everywhere. */
const MOST_STAINS = 400

/** Label tiles: pictures of labels, never the source of an edit. */
export class LabelLayer {
  readonly layer: VectorTileLayer
  readonly #source: VectorTileSource
  readonly #tiles: LabelTiles
  readonly #grid: TileGrid
  readonly #styles = new Map<string, Style>()
  readonly #cells = new CellBrush()
  #ink: LabelInk = { colors: new Map(), hidden: new Set(), fillOpacity: 0.25, isVisible: true }
  #hiddenFids: ReadonlySet<number> = new Set()
  #stains: readonly PlaneStain[] = []
  #nAsked = 0

  constructor(tiles: LabelTiles, grid: TileGrid, plane: Plane) {
    this.#tiles = tiles
    this.#grid = grid
    this.#source = new VectorTileSource({
      format: new CellFormat({ layers: ['labels', 'cells'] }),
      projection: plane.projection,
      tileGrid: grid,
      wrapX: false,
      transition: 0,
      tileUrlFunction: this.#url,
    })
    this.layer = new VectorTileLayer({
      source: this.#source,
      renderMode: 'hybrid',
      renderBuffer: 24,
      declutter: false,
      style: this.#style,
      zIndex: 100,
    })
  }

  /** Draw in other colours, or leave classes out. */
  ink(ink: LabelInk): void {
    this.#ink = ink
    this.#styles.clear()
    this.layer.setVisible(ink.isVisible)
    this.layer.changed()
  }

  /** Leave labels out: the overlay draws them. */
  hide(fids: ReadonlySet<number>): void {
    if (fids.size === this.#hiddenFids.size && [...fids].every((fid) => this.#hiddenFids.has(fid))) return
    this.#hiddenFids = new Set(fids)
    this.layer.changed()
  }

  /** Ask anew for the tiles that these changes may have touched. Old ones are shown meanwhile. */
  refresh(stains: readonly PlaneStain[]): void {
    const newest = Math.max(...stains.map((stain) => stain.revision))
    this.#stains = [...this.#stains, ...stains]
    const isAll = stains.some((stain) => !stain.extent && !stain.except)
    if (isAll || this.#stains.length > MOST_STAINS)
      this.#stains = [{ revision: newest, extent: null, except: null }]
    // a key of its own each time: with the same one OpenLayers would neither ask nor draw
    this.#source.setTileUrlFunction(this.#url, `ask ${++this.#nAsked}`)
  }

  /** Return the stable numbers of the labels at a place of the screen, as far as they are not hidden. */
  async at(pixel: number[]): Promise<readonly number[]> {
    if (!this.layer.getVisible()) return []
    const features = await this.layer.getFeatures(pixel)
    const fids = features.filter((f) => f.get('layer') === 'labels').map((f) => Number(f.getId()))
    return fids.filter((fid) => fid > 0 && !this.#hiddenFids.has(fid))
  }

  /** A tile's address carries the newest change that meets it: all others stay in the browser's cache. */
  readonly #url = (coord: number[] | null): string | undefined => {
    if (!coord) return undefined
    const [z, x, y] = coord as [number, number, number]
    const extent = this.#grid.getTileCoordExtent(coord)
    const reach = buffer(extent, (extent[2]! - extent[0]!) / 16)
    let revision = this.#tiles.revision
    for (const stain of this.#stains)
      if (stain.revision > revision && isOn(stain, reach)) revision = stain.revision
    return this.#tiles.url(z, x, y, revision)
  }

  readonly #style = (feature: TileFeature): Style | undefined => {
    if (feature.get('layer') === 'cells')
      return this.#cellStyle(feature.get('counts') as readonly ClassCount[])
    const code = Number(feature.get('code'))
    if (this.#ink.hidden.has(code)) return undefined
    const color = this.#ink.colors.get(code) ?? UNKNOWN
    if (this.#hiddenFids.has(Number(feature.getId()))) return undefined
    const state = feature.get('state')
    const isDraft = state === 0 || state === 'draft' || state === undefined
    return this.#cached(`${color} ${isDraft}`, () => shapeStyle(color, this.#ink.fillOpacity))
  }

  #cellStyle(counts: readonly ClassCount[]): Style | undefined {
    const shown = counts.filter(({ code }) => !this.#ink.hidden.has(code))
    if (!shown.length) return undefined
    const colored = shown.map(({ code, n }) => ({ color: this.#ink.colors.get(code) ?? UNKNOWN, n }))
    return this.#cached(`cell ${colored.map(({ color, n }) => color + n).join()}`, () =>
      this.#cells.style(colored),
    )
  }

  #cached(key: string, make: () => Style): Style {
    const known = this.#styles.get(key)
    if (known) return known
    const made = make()
    if (this.#styles.size >= MOST_STYLES) this.#styles.clear()
    this.#styles.set(key, made)
    return made
  }
}

function isOn({ extent, except }: PlaneStain, tile: number[]): boolean {
  if (extent) return intersects(extent, tile)
  return !except || !containsExtent(except, tile)
}

function shapeStyle(color: string, fillOpacity: number): Style {
  const stroke = new Stroke({ color, width: 1.5 })
  return new Style({
    stroke,
    fill: new Fill({ color: faded(color, fillOpacity) }),
    image: new Circle({
      radius: 5,
      fill: new Fill({ color }),
      stroke: new Stroke({ color: 'rgba(0,0,0,0.6)', width: 1.5 }),
    }),
  })
}
