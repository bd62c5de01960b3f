import type { Geometry } from '../model/geometry'
import { client, dataOf, type Schemas } from './client'

type Question = Schemas['GeometryQuestion']
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** An operation with its options, whatever it is done to. */
export type Operation = Without<Question, 'geometries'>

/** What an operation made: nothing is written. */
export interface OperationReply {
  readonly geometries: readonly Geometry[]
  /** Which of the given geometries each was made of. */
  readonly sources: readonly number[]
  /** What was left as it was, and why. */
  readonly skipped: readonly { readonly source: number; readonly message: string }[]
}

/** Let the server compute an operation on geometries of a scene's frames. */
export function operate(
  scene: string,
  operation: Operation,
  geometries: readonly Geometry[],
  signal?: AbortSignal,
): Promise<OperationReply> {
  const body = { ...operation, geometries } as Question
  const init = { params: { path: { scene } }, body, ...(signal ? { signal } : {}) }
  return dataOf<OperationReply>(client.POST('/api/scenes/{scene}/geometry', init))
}
