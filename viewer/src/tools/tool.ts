import type { Operation } from '../document/operations'
import type { Selection } from '../document/selection'
import type { Bounds } from '../math/bounds'
import type { Metric } from '../math/metric'
import type { Position } from '../math/position'
import type { Annotation } from '../model/annotation'
import type { Geometry, GeometryKind } from '../model/geometry'
import type { Id } from '../model/id'
import type { LabelClass } from '../model/ontology'
import type { Aids } from './parts/aids'
import type { Aim, Typing } from './parts/locks'
import type { PaintDesk } from './parts/paint'
import type { ToolSettings } from './parts/settings'

export type { Aids } from './parts/aids'
export type { Aim, Locks, Typing } from './parts/locks'
export type { PaintDesk, PaintOptions, PixelGroups } from './parts/paint'
export type { ToolSettings } from './parts/settings'

/** Where the pointer is and what is held with it. */
export interface Pointer {
  /** In the view frame, never rounded. */
  readonly position: Position
  readonly alt: boolean
  readonly shift: boolean
  readonly ctrl: boolean
  /** The key that follows edges (T) is held. */
  readonly isTracing?: boolean
  /** The right button is held; only where the tool takes it. */
  readonly isRight?: boolean
}

/** A loaded annotation with its geometry in the view frame. */
export interface Shown {
  readonly annotation: Annotation
  readonly geometry: Geometry
}

/** A new form of an existing annotation, in the view frame. */
export interface Reshape {
  readonly id: Id
  readonly geometry: Geometry
}

/** An object that an operation has changed: as it was, and what was made of it. */
export interface Made {
  readonly id: Id
  readonly before: Geometry
  readonly after: readonly Geometry[]
}

/** What a tool shows while it works. */
export interface Sketch {
  /** The shape in the making, drawn in the colour of the class. */
  readonly geometry?: Geometry | null
  /** More shapes that change with it. */
  readonly others?: readonly Geometry[]
  /** Shapes, however many, that are to stand elsewhere: the pointer carries them. */
  readonly ghost?: Ghost | null
  /** The shape with what is under the pointer, for who reads its length and area; without it the shape itself. */
  readonly measured?: Geometry | null
  /** What would follow if the person clicked here: drawn dashed. */
  readonly guide?: readonly Position[]
  /** Annotations that the sketch stands for; they are not drawn meanwhile. */
  readonly replaces?: readonly Id[]
  /** Vertices drawn as handles. */
  readonly vertices?: readonly Position[]
  /** What is under the pointer, or what it has caught. */
  readonly mark?: Mark | null
  /** What is wrong with the shape, and where. */
  readonly problem?: Problem | null
  /** Cells of the raster. */
  readonly stencils?: readonly Stencil[]
  /** What is shown is still being worked out. */
  readonly busy?: boolean
  /** The tip of a brush. */
  readonly tip?: Tip
  /** A rectangle that selects. */
  readonly band?: Bounds
  /** Lines across the whole view through this position. */
  readonly crosshair?: Position
  /** What is about to be placed, for who types numbers. */
  readonly aim?: Aim | null
  /** More lines that belong to it, drawn in the colour of the class. */
  readonly lines?: readonly (readonly Position[])[]
  /** A text beside a position: the length or area so far. */
  readonly label?: Label
  /** More texts: the length of each segment. */
  readonly labels?: readonly Label[]
  /** It is only looked at: drawn in the colour of the hand, not of a class. */
  readonly isRuler?: boolean
}

/** A text beside a position. */
export interface Label {
  readonly position: Position
  readonly text: string
}

/** Shapes that are carried: painted moved by a shift, none of them is made anew. */
export interface Ghost {
  readonly geometries: readonly Geometry[]
  readonly shift: readonly [dx: number, dy: number]
}

/** Cells of a raster as a picture. */
export interface Stencil {
  /** 1 where a cell is drawn, row after row. */
  readonly bits: Uint8Array
  /** Columns and rows. */
  readonly size: readonly [number, number]
  /** Where the first cell begins and the last one ends, in the view frame. */
  readonly first: Position
  readonly last: Position
  readonly kind: 'outline' | 'fill'
}

/** What a brush would cover now. */
export interface Tip {
  readonly position: Position
  /** The far corner of the square around it. */
  readonly corner: Position
  readonly shape: 'round' | 'square'
  readonly isErasing: boolean
}

export interface Mark {
  readonly position: Position
  readonly kind:
    | 'snap-vertex'
    | 'snap-crossing'
    | 'snap-midpoint'
    | 'snap-edge'
    | 'vertex'
    | 'insert'
    | 'remove'
}

/** Why a shape cannot stay as it is. */
export interface Problem {
  /** Where, in the view frame. */
  readonly positions: readonly Position[]
  /** What a person reads. */
  readonly sentence: string
}

/** All that a tool knows of the world: no DOM, no map library. A test gives it a fake one. */
export interface ToolContext {
  /** Frame of all positions and geometries here. */
  readonly frame: string
  readonly selection: Selection
  /** Say whether the pointer catches vertices and edges. */
  readonly isSnapping: boolean
  /** What catches, and what follows when a border moves. */
  readonly aids: Aids
  /** What is fixed by numbers; absent where nobody can type. */
  readonly typing?: Typing
  /** Numbers that tools are set to; absent where nobody can set any. */
  readonly settings?: ToolSettings
  /** Set them anew. */
  set?(settings: ToolSettings): void
  /** The class that is drawn with; null = there is none. */
  readonly label?: LabelClass | null
  /** Paints pixels; absent where there is no raster. */
  readonly painting?: PaintDesk | undefined
  /** How long units of x and y are on the ground where they are no lengths (degrees); absent = the frame is a plane. */
  readonly metric?: Metric
  /** Return how many units of the frame some screen pixels are. */
  reach(pixels: number): number
  /** Return the geometry of a loaded annotation in the view frame. */
  shown(id: Id): Geometry | null
  /** Return the loaded annotations whose bounds meet these, in the view frame. */
  near(bounds: Bounds): readonly Shown[]
  /** Return the loaded annotations whose bounds meet these, hidden ones too: they share borders all the same. */
  around(bounds: Bounds): readonly Shown[]
  /** Load whatever else meets these positions; null = all of it is loaded. Tells where nobody answers. */
  gather(positions: readonly Position[]): Promise<void> | null
  /** Return the annotation under a position, the smallest first; looks at what is drawn, loaded or not. */
  pick(position: Position): Promise<Id | null>
  /** Return all annotations that meet bounds, loaded or not. */
  within(bounds: Bounds): Promise<readonly Id[]>
  /** Return a measure in words: `12.4 m`, `310 m²`. */
  measure(geometry: Geometry): string
  /** Make an annotation of the chosen class, and give others a new form in the same undo step. */
  draw(geometry: Geometry, tool: string, also?: readonly Reshape[]): void
  /** Return what is left of a shape outside of others (`cutOut`); null where nothing is, and the person was told. */
  cutOut(geometry: Geometry, by: readonly Geometry[]): Promise<Geometry | null>
  /** Give annotations a new form: one undo step. Resolves when the new form is shown. */
  reshape(message: string, shapes: readonly Reshape[]): Promise<void>
  /**
   * Let the server compute an operation on annotations and write what it made: one undo step. Returns the annotations
   * that there are of it; null = it could not be done, and the person was told why.
   *
   * @param also Returns what else gets another form in the same step.
   */
  operate(
    message: string,
    operation: Operation,
    ids: readonly Id[],
    also?: (made: readonly Made[]) => Promise<readonly Reshape[]>,
  ): Promise<readonly Id[] | null>
  /** Delete annotations: one undo step. */
  remove(ids: readonly Id[]): void
  /** Show what the tool is doing; null = nothing. */
  sketch(sketch: Sketch | null): void
  /** Show which annotation the pointer is over. */
  hover(id: Id | null): void
  /** Move the view by a shift of the frame. */
  pan(dx: number, dy: number): void
  /** Tell the person why something was not done. */
  tell(sentence: string): void
}

/** What a person can do beside pointing; a tool says whether it took it. */
export type ToolAct = 'finish' | 'cancel' | 'back' | 'delete'

/** A tool at work in one view. */
export interface Gesture {
  readonly cursor: string
  /** The right button means the tool, not the menu. */
  readonly takesRightButton?: boolean
  /** The button went down. True: the tool takes the drag, the view does not pan. */
  down?(pointer: Pointer): boolean
  /** The pointer moved with no button held. */
  move?(pointer: Pointer): void
  /** The pointer moved in a drag that the tool has taken. */
  drag?(pointer: Pointer): void
  /** The drag that the tool has taken ended. */
  drop?(pointer: Pointer): void
  /** The button went down and up in one place, and `down` did not take it. */
  click?(pointer: Pointer): void
  doubleClick?(pointer: Pointer): void
  /** The pointer left the view. */
  leave?(): void
  act?(act: ToolAct): boolean
  /** The wheel was turned with a key held, by notches away from the person. True: the view does not zoom. */
  wheel?(pointer: Pointer, steps: number): boolean
  /** A key was pressed (`V`, `Shift+P`), before it means anything else. True: the tool took it. */
  key?(keys: string): boolean
  /** The next vertex was typed. */
  place?(position: Position): void
  /** Labels or the view changed: what is shown may need to follow. */
  refresh?(): void
  /** The person took another tool: take everything away that was shown. */
  stop(): void
}

/** A tool of the rail. A file that exports one, and a line in `tools/index.ts`, is all it takes. */
export interface Tool {
  readonly id: string
  readonly title: string
  /** Name of an icon in `panels/icon.tsx`. */
  readonly icon: string
  /** Key that takes it, lower case. */
  readonly key: string
  /** Tools of one group stand together in the rail. */
  readonly group: 'navigate' | 'draw' | 'paint' | 'edit' | 'measure'
  /** Tools of one family share one place in the rail and the key of the first; the key again takes the next one. */
  readonly family?: string
  /** What it makes; the chosen class must allow it. */
  readonly makes: GeometryKind | null
  /** Which of the settings it goes by: it is shown over the map while the tool is at work. */
  readonly sets?: keyof ToolSettings
  /** How it is used, in one line of the status bar. */
  readonly hint: string
  start(context: ToolContext): Gesture
}
