import type { Position } from '../math/position'
import type { Geometry } from './geometry'

/** Shapes that another program has copied as text. */
export interface GeoText {
  /** What the numbers mean, such as `EPSG:4326`; null = the text does not say. */
  readonly crs: string | null
  readonly shapes: readonly GeoShape[]
}

/** One of them; its frame is still to be set. */
export interface GeoShape {
  readonly geometry: Geometry
  readonly properties: { readonly [name: string]: unknown }
}

/** Reads GeoJSON and WKT. */
export const GeoText = {
  /** Return the shapes of a text, null where it is neither GeoJSON nor WKT. */
  parse(text: string): GeoText | null {
    const trimmed = text.trim()
    if (trimmed.startsWith('{')) return fromJson(trimmed)
    return /^(srid\s*=\s*\d+\s*;)?\s*(multi)?(point|linestring|polygon)|^\s*geometrycollection/i.test(trimmed)
      ? fromWkt(trimmed)
      : null
  },
}

type Json = { readonly [name: string]: unknown }

function fromJson(text: string): GeoText | null {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    return null
  }
  const shapes = featuresOf(json).flatMap(({ geometry, properties }) =>
    geometriesOf(geometry).map((made) => ({ geometry: made, properties })),
  )
  // RFC 7946 knows only longitude and latitude; its forerunner of 2008 may name another system
  const named = ((json.crs as Json | undefined)?.properties as Json | undefined)?.name
  const code = /EPSG:+(\d+)$/i.exec(String(named ?? ''))?.[1]
  return shapes.length ? { crs: code ? `EPSG:${code}` : 'EPSG:4326', shapes } : null
}

function featuresOf(json: Json): { geometry: unknown; properties: Json }[] {
  if (json.type === 'FeatureCollection' && Array.isArray(json.features))
    return (json.features as Json[]).flatMap(featuresOf)
  if (json.type === 'Feature')
    return [{ geometry: json.geometry, properties: (json.properties ?? {}) as Json }]
  return [{ geometry: json, properties: {} }]
}

function geometriesOf(given: unknown): Geometry[] {
  const { type, coordinates, geometries } = (given ?? {}) as Json
  if (type === 'GeometryCollection' && Array.isArray(geometries)) return geometries.flatMap(geometriesOf)
  try {
    return made(String(type).toLowerCase(), coordinates)
  } catch {
    return [] // what has no numbers where numbers belong is no shape
  }
}

/** Return the geometries of nested coordinates; several points are several objects. */
function made(type: string, at: unknown): Geometry[] {
  const frame = ''
  switch (type) {
    case 'point':
      return [{ kind: 'point', frame, position: position(at) }]
    case 'multipoint':
      return list(at).map((p) => ({ kind: 'point', frame, position: position(p) }))
    case 'linestring':
      return [{ kind: 'polyline', frame, path: path(at, 2) }]
    case 'multilinestring':
      return [{ kind: 'multipolyline', frame, paths: list(at).map((p) => path(p, 2)) }]
    case 'polygon':
      return [{ kind: 'polygon', frame, ...rings(at) }]
    case 'multipolygon':
      return [{ kind: 'multipolygon', frame, parts: list(at).map(rings) }]
    default:
      return []
  }
}

function list(at: unknown): readonly unknown[] {
  if (!Array.isArray(at) || !at.length) throw new TypeError('no list')
  return at
}

function position(at: unknown): Position {
  const numbers = list(at).slice(0, 3)
  if (numbers.length < 2 || !numbers.every((v) => typeof v === 'number' && Number.isFinite(v)))
    throw new TypeError('no position')
  return numbers as unknown as Position
}

function path(at: unknown, least: number): readonly Position[] {
  const found = list(at).map(position)
  if (found.length < least) throw new TypeError('too short')
  return found
}

/** Return rings without the closing repetition. */
function rings(at: unknown): { exterior: readonly Position[]; holes: readonly (readonly Position[])[] } {
  const [exterior, ...holes] = list(at).map((ring) => {
    const found = path(ring, 3)
    const [first, last] = [found[0]!, found.at(-1)!]
    return first[0] === last[0] && first[1] === last[1] ? found.slice(0, -1) : found
  })
  return { exterior: exterior!, holes }
}

function fromWkt(text: string): GeoText | null {
  const srid = /^srid\s*=\s*(\d+)\s*;/i.exec(text)
  const shapes: GeoShape[] = []
  const body = srid ? text.slice(srid[0].length) : text
  const pattern = /(multipoint|multilinestring|multipolygon|point|linestring|polygon)\s*(?:z|m|zm)?\s*(\()/gi
  for (let match = pattern.exec(body); match; match = pattern.exec(body)) {
    const end = closing(body, match.index + match[0].length - 1)
    if (end === null) return null
    const nested = nestedOf(body.slice(match.index + match[0].length - 1, end + 1), match[1]!.toLowerCase())
    pattern.lastIndex = end
    for (const geometry of geometriesOf({ type: match[1], coordinates: nested }))
      shapes.push({ geometry, properties: {} })
  }
  return shapes.length ? { crs: srid ? `EPSG:${srid[1]}` : null, shapes } : null
}

/** Return where the bracket that opens here closes. */
function closing(text: string, open: number): number | null {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++
    if (text[i] === ')' && --depth === 0) return i
  }
  return null
}

/** Return the numbers of a WKT body as GeoJSON nests them. */
function nestedOf(body: string, type: string): unknown {
  const numbers = body.replace(
    /[^()\s,]+(?:\s+[^()\s,]+)*/g,
    (run) => `[${run.trim().split(/\s+/).join(',')}]`,
  )
  try {
    const nested = JSON.parse(numbers.replaceAll('(', '[').replaceAll(')', ']')) as unknown[]
    if (type === 'point') return nested[0]
    // both `(1 2, 3 4)` and `((1 2), (3 4))` are written for several points
    if (type === 'multipoint')
      return nested.map((p) => (Array.isArray((p as unknown[])[0]) ? (p as unknown[])[0] : p))
    return nested
  } catch {
    return null
  }
}
