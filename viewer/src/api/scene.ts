import type { Position } from '../math/position'
import type { Annotation, ReviewState } from '../model/annotation'
import type { SceneStatus } from '../model/cell'
import type { ChangeSet } from '../model/change'
import { type Entries, Layer } from '../model/paint'
import type { Scene } from '../model/scene'
import {
  type CommitReply,
  type CountsReply,
  client,
  dataOf,
  fetched,
  type HistoryReply,
  type Job,
  type LayerCounts,
  type Schemas,
} from './client'

/** A page of annotations. */
export interface AnnotationPage {
  readonly revision: number
  readonly annotations: readonly Annotation[]
  /** `after` of the next page; null = that was all. */
  readonly next: number | null
}

/** Which annotations are asked for. */
export interface AnnotationQuery {
  /** minx, miny, maxx, maxy in `frame` */
  readonly bbox?: readonly [number, number, number, number]
  readonly frame?: string
  readonly label?: readonly string[]
  readonly state?: readonly ReviewState[]
  readonly fids?: readonly number[]
  readonly ids?: readonly string[]
  readonly after?: number
  readonly limit?: number
}

/** A tile of a painted layer. */
export interface LayerTile {
  /** Revision of the scene that it holds everything of. */
  readonly revision: number
  /** 256 x 256; null = nothing is painted. */
  readonly entries: Entries | null
}

/** Positions in one question about another frame; the server takes twice as many. */
const MOST_POSITIONS = 100_000

/** The endpoints of one scene. */
export function sceneApi(scene: string) {
  const path = { scene }
  return {
    get: () => dataOf<Scene>(client.GET('/api/scenes/{scene}', { params: { path } })),

    rename: (title: string) =>
      dataOf<Scene>(client.PATCH('/api/scenes/{scene}', { params: { path }, body: { title } })),

    counts: () => dataOf<CountsReply>(client.GET('/api/scenes/{scene}/counts', { params: { path } })),

    annotations: (query: AnnotationQuery, signal?: AbortSignal) => {
      const { bbox, fids, ids, label, state, ...rest } = query
      const asked = {
        ...rest,
        ...(bbox ? { bbox: bbox.join(',') } : {}),
        ...(fids ? { fids: fids.join(',') } : {}),
        ...(ids ? { ids: [...ids] } : {}),
        ...(label ? { label: [...label] } : {}),
        ...(state ? { state: [...state] } : {}),
      }
      const init = { params: { path, query: asked }, ...(signal ? { signal } : {}) }
      return dataOf<AnnotationPage>(client.GET('/api/scenes/{scene}/annotations', init))
    },

    layers: async () => {
      const query = { kind: 'layer' } as const
      const found = await dataOf<{ annotations: readonly Layer[] }>(
        client.GET('/api/scenes/{scene}/annotations', { params: { path, query } }),
      )
      return found.annotations
    },

    layerTile: async (layer: Layer, coord: readonly number[], signal?: AbortSignal): Promise<LayerTile> => {
      const address = [scene, 'layers', layer.id, ...coord].map((part) => encodeURIComponent(String(part)))
      const answer = await fetched(`/api/scenes/${address.join('/')}.bin`, signal ? { signal } : {})
      const revision = Number(answer.headers.get('Geo3d-Revision'))
      const body = answer.status === 204 ? null : await answer.arrayBuffer()
      return { revision, entries: body?.byteLength ? Layer.entries(layer, body) : null }
    },

    layerCounts: (layer: string) =>
      dataOf<LayerCounts>(
        client.GET('/api/scenes/{scene}/layers/{layer}/counts', { params: { path: { scene, layer } } }),
      ),

    /** All statuses: of the scene as a whole, of samples, of the cells of the work grid. */
    statuses: async (): Promise<readonly SceneStatus[]> => {
      const response = await fetched(`/api/scenes/${encodeURIComponent(scene)}/annotations?kind=status`)
      return ((await response.json()) as { annotations: SceneStatus[] }).annotations
    },

    vectorise: (layer: string, wish: Schemas['OutlineWish']) => {
      const init = { params: { path: { scene, layer } }, body: wish }
      return dataOf<Job>(client.POST('/api/scenes/{scene}/layers/{layer}/vectorise', init))
    },

    history: (id: string) =>
      dataOf<HistoryReply>(
        client.GET('/api/scenes/{scene}/history/{kind}/{id}', {
          params: { path: { scene, kind: 'annotation', id } },
        }),
      ),

    send: (set: ChangeSet) =>
      dataOf<CommitReply>(client.POST('/api/scenes/{scene}/changes', { params: { path }, body: set })),

    step: (direction: 'undo' | 'redo', clientId: string, force: boolean) => {
      const given = { params: { path }, body: { client_id: clientId, force } }
      return dataOf<CommitReply>(
        direction === 'undo'
          ? client.POST('/api/scenes/{scene}/undo', given)
          : client.POST('/api/scenes/{scene}/redo', given),
      )
    },

    measure: (question: Schemas['MeasureQuestion'], signal?: AbortSignal) =>
      dataOf<Schemas['MeasureReply']>(
        client.POST('/api/scenes/{scene}/measure', {
          params: { path },
          body: question,
          ...(signal ? { signal } : {}),
        }),
      ),

    transform: async (
      src: string,
      dst: string,
      positions: readonly Position[],
      signal?: AbortSignal,
    ): Promise<readonly (Position | null)[]> => {
      const moved: (Position | null)[] = []
      for (let i = 0; i < positions.length; i += MOST_POSITIONS) {
        const response = await fetched(`/api/scenes/${encodeURIComponent(scene)}/transform`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ src, dst, positions: positions.slice(i, i + MOST_POSITIONS) }),
          ...(signal ? { signal } : {}),
        })
        // one by one: a spread of so many is more than a call takes
        for (const position of ((await response.json()) as { positions: (Position | null)[] }).positions)
          moved.push(position)
      }
      return moved
    },
  }
}

export type SceneApi = ReturnType<typeof sceneApi>
