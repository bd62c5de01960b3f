import type { ChangeSet } from '../model/change'
import type { Id } from '../model/id'

/** Keeps change sets that the server has not confirmed, so that a closed browser loses nothing; works in the order asked. */
export interface Drawer {
  /** Return what was kept for a scene, oldest first. */
  load(scene: Id): Promise<ChangeSet[]>
  /** Keep a change set, or its newer form. */
  keep(scene: Id, set: ChangeSet): Promise<void>
  /** Throw a change set away: it was stored, refused or withdrawn. */
  drop(scene: Id, clientId: Id): Promise<void>
}

/** A drawer that lasts as long as the page: for tests, and where the browser forbids storage. */
export function memoryDrawer(): Drawer {
  const kept = new Map<Id, Map<Id, ChangeSet>>()
  const of = (scene: Id) => kept.get(scene) ?? kept.set(scene, new Map()).get(scene)!
  return {
    load: async (scene) => [...of(scene).values()],
    keep: async (scene, set) => void of(scene).set(set.client_id, set),
    drop: async (scene, clientId) => void of(scene).delete(clientId),
  }
}

const STORE = 'outbox'

/** Return a drawer in IndexedDB; in private windows that have none, one in memory. */
export async function browserDrawer(name = 'geo3d'): Promise<Drawer> {
  try {
    return databaseDrawer(await open(name))
  } catch {
    return memoryDrawer()
  }
}

/** client_id is a UUIDv7: its order is the order of making. */
function databaseDrawer(database: IDBDatabase): Drawer {
  const run = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) =>
    answerOf(work(database.transaction(STORE, mode).objectStore(STORE)))
  return {
    load: async (scene) => {
      const range = IDBKeyRange.bound([scene, ''], [scene, '\uffff'])
      return (await run('readonly', (store) => store.getAll(range))) as ChangeSet[]
    },
    keep: async (scene, set) =>
      void (await run('readwrite', (store) => store.put(set, [scene, set.client_id]))),
    drop: async (scene, clientId) =>
      void (await run('readwrite', (store) => store.delete([scene, clientId]))),
  }
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return answerOf(request)
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
