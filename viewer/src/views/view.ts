import type { ReadonlySignal } from '@preact/signals-core'
import type { Bounds } from '../math/bounds'
import type { Position } from '../math/position'
import type { ViewFrame } from '../model/scene'
import type { PaintedTiles } from '../raster/painted-tiles'
import type { RasterPicture } from '../raster/picture'
import type { Sample } from '../raster/sample'
import type { Gesture } from '../tools/tool'
import type { Camera } from './camera'
import type { Easel } from './paint/brush'

/** How the label tiles of a view are drawn. */
export interface LabelInk {
  /** Colour of each class code. */
  readonly colors: ReadonlyMap<number, string>
  /** Codes that are not drawn. */
  readonly hidden: ReadonlySet<number>
  /** 0 to 1, of areas; outlines stay. */
  readonly fillOpacity: number
  readonly isVisible: boolean
}

/** Where a view gets its label tiles from. */
export interface LabelTiles {
  /** Return the address of a tile that holds everything up to a revision. */
  url(z: number, x: number, y: number, revision: number): string
  readonly revision: number
}

/** A painted layer as it is drawn. */
export interface PaintedSheet {
  readonly tiles: PaintedTiles
  /** Where its raster lies. */
  readonly place: ViewFrame
  /** Colour of each entry: bytes R, G, B, A of a little-endian number; 0 = not drawn. */
  readonly ink: ReadonlyMap<number, number>
  /** 0 to 1. */
  readonly opacity: number
}

/** Where label tiles no longer say what is stored. */
export interface Stain {
  /** Null = everywhere. */
  readonly bounds: Bounds | null
  /** Bounds inside which the tiles are known to be right all the same; only where `bounds` is null. */
  readonly except?: Bounds | null
}

/** What paints over the picture, in two sheets: thousands of chosen shapes are not painted anew for each pointer step. */
export interface OverlayPainter {
  /** Paint what stays while only the pointer moves. */
  still(easel: Easel): void
  /** Paint what follows the pointer, above it. */
  moving(easel: Easel): void
}

/**
 * A picture of a scene in which tools work: the contract between views and whoever uses them.
 *
 * A view knows pixels, tiles and pointers; of labels only how they are drawn. Photo and cloud views offer the same.
 */
export interface View {
  readonly element: HTMLElement
  /** Frame of every position that goes in or out. */
  readonly frame: string
  readonly camera: ReadonlySignal<Camera>
  /** Say whether a person or an animation moves the camera now. */
  isMoving(): boolean
  /** Where the pointer is; null = not over the view. */
  readonly pointer: ReadonlySignal<Position | null>
  /** True when everything asked for is drawn. */
  readonly isIdle: ReadonlySignal<boolean>
  /** Why part of the picture is missing, for people; null = it is whole. */
  readonly problem: ReadonlySignal<string | null>
  /** Let a tool work here; null = none. */
  take(gesture: Gesture | null): void
  /** Set what paints over the picture. */
  overlay(painter: OverlayPainter): void
  /** Paint the overlay anew; by name only what follows the pointer. */
  repaint(what?: 'moving'): void
  /** Show these rasters, the first at the bottom. */
  showRasters(pictures: readonly RasterPicture[]): void
  /** Show painted layers over the rasters, the first at the bottom. */
  showPainted(sheets: readonly PaintedSheet[]): void
  /** Draw painted layers anew. */
  repaintPainted(): void
  /** Return values in sight of a shown raster that are at hand: nothing is asked for. Null where there are none. */
  sample(key: string): Sample | null
  /** Put the border between left and right pictures at a share of the width, from 0 to 1. */
  swipe(share: number): void
  /** Show label tiles. */
  showLabels(tiles: LabelTiles | null): void
  inkLabels(ink: LabelInk): void
  /** Ask anew for the label tiles that these changes may have touched; the old ones are shown until then. */
  refreshLabels(revision: number, stains: readonly Stain[]): void
  /** Leave labels out of the tiles: they are drawn by the overlay. */
  hideLabels(fids: ReadonlySet<number>): void
  /** Return the stable numbers of the tile labels under a position. */
  labelsAt(position: Position): Promise<readonly number[]>
  /** Look at another place. */
  look(at: Partial<Pick<Camera, 'center' | 'unitsPerPixel'>>): void
  /** Show all of some bounds. */
  fit(bounds: Bounds): void
  /** Close the view and free what it holds. */
  close(): void
}
