import { sceneApi } from '../../api/scene'
import type { Session } from '../../document/session'
import type { Position } from '../../math/position'
import { Annotation } from '../../model/annotation'
import { Bundle } from '../../model/bundle'
import { GeoText } from '../../model/geo-text'
import type { Geometry } from '../../model/geometry'
import { type Frame, Scene, type ViewFrame } from '../../model/scene'
import { Placement } from '../../shapes/placement'

/** A copied object, where it may be placed in this scene. */
export interface Arrived {
  readonly original: Annotation
  readonly label: string
  /** In the view frame. */
  readonly shown: Geometry
  /** As it was stored, where its frame is one of this scene too. */
  readonly own: Geometry | null
}

/** Codes that the server knows beside the frames of a scene. */
const CODE = /^[A-Za-z][A-Za-z0-9_]*:[A-Za-z0-9.+]{1,30}$/
const DEGREES = 'EPSG:4326'

/** Return what a text from the clipboard holds, null where it is no geometry at all. */
export function bundleOf(text: string, session: Session, place: ViewFrame): Bundle | null {
  const own = Bundle.parse(text)
  if (own) return own
  const geo = GeoText.parse(text)
  if (!geo) return null
  // a picture without a place on Earth has nothing but its pixels
  const isPixels = place.frame.kind === 'pixel' && place.frame.parent === null
  const frame = isPixels ? place.frame.id : (geo.crs ?? place.frame.id)
  const slugs = new Map(geo.shapes.map((shape) => [shape, classNameOf(shape.properties)]))
  return {
    geo3d: 'objects',
    version: 1,
    scene: null,
    frames: [],
    titles: Object.fromEntries([...slugs.values()].map((name) => [name, name])),
    annotations: geo.shapes.map((shape) => ({
      ...Annotation.make({
        scene: session.id,
        label: slugs.get(shape)!,
        geometry: { ...shape.geometry, frame },
        actor: '',
        tool: 'paste',
      }),
    })),
  }
}

/** Return the class that a feature of another program names. */
function classNameOf(properties: { readonly [name: string]: unknown }): string {
  const found = ['label', 'class', 'category', 'type'].find((name) => typeof properties[name] === 'string')
  return found ? String(properties[found]) : ''
}

/** Bring copied objects into the view frame of a scene; those that have no place or no class there are left out. */
export async function arrive(
  bundle: Bundle,
  session: Session,
  place: ViewFrame,
): Promise<readonly Arrived[]> {
  const placement = new Placement(place.frame.id, (src, dst, positions) =>
    moved(bundle, session, src, dst, positions),
  )
  await placement.prepare(bundle.annotations)
  const ontology = session.ontology.peek()
  return bundle.annotations.flatMap((original) => {
    const label = Bundle.classOf(bundle, original, ontology, session.chosen.peek())
    const shown = placement.shown(original)
    if (!label || !shown || !original.geometry) return []
    const own = isSameFrame(bundle, session, original.geometry.frame) ? original.geometry : null
    return [{ original, label: label.slug, shown, own }]
  })
}

function isSameFrame(bundle: Bundle, session: Session, id: string): boolean {
  const here = Scene.frame(session.scene.peek(), id)
  if (!here) return false
  const there = bundle.frames.find((frame) => frame.id === id)
  return bundle.scene === session.id || JSON.stringify(there) === JSON.stringify(here)
}

/** Take positions of a frame of the bundle to a frame of this scene. */
async function moved(
  bundle: Bundle,
  session: Session,
  src: string,
  dst: string,
  positions: readonly Position[],
): Promise<readonly (Position | null)[]> {
  if (isSameFrame(bundle, session, src)) return session.api.transform(src, dst, positions)
  const from = bundle.frames.find((frame) => frame.id === src) ?? null
  const code = from === null ? src : from.kind === 'map' ? from.crs : ''
  if (CODE.test(code)) return session.api.transform(code, dst, positions)
  const isOnEarth = bundle.scene !== null && (from?.kind === 'map' || (from as { parent?: unknown })?.parent)
  if (isOnEarth) {
    const degrees = await sceneApi(bundle.scene!).transform(src, DEGREES, positions)
    return through(degrees, (known) => session.api.transform(DEGREES, dst, known))
  }
  // of two pictures without a place on Earth, pixels are pixels
  const to: Frame | null = Scene.frame(session.scene.peek(), dst)
  return from?.kind === 'pixel' && to?.kind === 'pixel' ? positions : positions.map(() => null)
}

/** Move the positions that are known; the others stay unknown. */
async function through(
  positions: readonly (Position | null)[],
  move: (known: readonly Position[]) => Promise<readonly (Position | null)[]>,
): Promise<readonly (Position | null)[]> {
  const known = await move(positions.filter((p) => p !== null))
  let next = 0
  return positions.map((p) => (p === null ? null : known[next++]!))
}
