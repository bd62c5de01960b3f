import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem, Unreachable } from '../src/api/problem'
import { memoryDrawer } from '../src/document/drawer'
import { History } from '../src/document/history'
import { Labels, type Written } from '../src/document/labels'
import { Outbox } from '../src/document/outbox'
import { Annotation } from '../src/model/annotation'
import { Change, ChangeSet } from '../src/model/change'
import type { Geometry } from '../src/model/geometry'

const SCENE = 's'
const POINT: Geometry = { kind: 'point', frame: 'f', position: [1, 2] }

function drawn(label = 'a'): Annotation {
  return Annotation.make({ scene: SCENE, label, geometry: POINT, actor: 'me', tool: 'point' })
}

function put(annotation: Annotation): ChangeSet {
  return ChangeSet.make('me', 'Draw', [Change.put(annotation)])
}

/** A server that stores documents, knows conflicts, and can be away. */
class Server {
  revision = 0
  isAway = false
  refuses: Problem | null = null
  readonly stored = new Map<string, Annotation>()
  readonly seen: string[] = []
  #nextFid = 1

  readonly send = async (set: ChangeSet): Promise<Written> => {
    this.seen.push(set.client_id)
    if (this.isAway) throw new Unreachable('away')
    if (this.refuses) throw this.refuses
    const current: Record<string, Annotation | null> = {}
    for (const change of set.changes) {
      if (!('base' in change)) continue
      const id = Change.idOf(change)
      const known = this.stored.get(id) ?? null
      if ((known?.revision ?? 0) !== change.base) current[id] = known
    }
    if (Object.keys(current).length)
      throw new Problem({
        type: 'urn:geo3d:conflict',
        title: '',
        status: 409,
        detail: 'newer',
        details: { current },
      })
    return this.write(set)
  }

  write(set: ChangeSet): Written {
    this.revision++
    const written: { documents: Annotation[]; deleted: string[] } = { documents: [], deleted: [] }
    for (const change of set.changes) {
      if (change.op === 'delete') {
        this.stored.delete(change.id)
        written.deleted.push(change.id)
      }
      if (change.op !== 'put') continue
      const document = change.document as Annotation
      const fid = document.fid || this.stored.get(document.id)?.fid || this.#nextFid++
      const next = { ...document, fid, revision: this.revision }
      this.stored.set(next.id, next)
      written.documents.push(next)
    }
    return written
  }
}

describe('labels', () => {
  test('a waiting change is seen at once, and stays when it is settled', () => {
    const labels = new Labels()
    const deltas: number[] = []
    labels.subscribe(({ put: p, removed }) => deltas.push(p.length - removed.length))
    const annotation = drawn()
    const set = put(annotation)
    labels.apply(set)
    expect(labels.get(annotation.id)).toBe(annotation)
    labels.settle(set.client_id, { documents: [{ ...annotation, fid: 7, revision: 3 }], deleted: [] })
    expect(labels.get(annotation.id)?.fid).toBe(7)
    expect(labels.ofFid(7)?.id).toBe(annotation.id)
    expect(labels.waiting).toHaveLength(0)
    expect(deltas).toEqual([1, 1])
  })

  test('an older version from the feed does not undo a newer one', () => {
    const labels = new Labels()
    const annotation = { ...drawn(), fid: 1, revision: 5 }
    labels.receive({ documents: [annotation], deleted: [] })
    labels.receive({ documents: [{ ...annotation, label: 'old', revision: 4 }], deleted: [] })
    expect(labels.get(annotation.id)?.label).toBe('a')
  })

  test("somebody else's change goes under what waits", () => {
    const labels = new Labels()
    const annotation = { ...drawn(), fid: 1, revision: 1 }
    labels.receive({ documents: [annotation], deleted: [] })
    labels.apply(put({ ...annotation, label: 'mine' }))
    labels.receive({ documents: [{ ...annotation, label: 'theirs', revision: 2 }], deleted: [] })
    expect(labels.get(annotation.id)).toMatchObject({ label: 'mine', revision: 2 })
    labels.replace(labels.waiting[0]!.client_id, null)
    expect(labels.get(annotation.id)?.label).toBe('theirs')
  })

  test('a waiting deletion hides, and what is withdrawn comes back', () => {
    const labels = new Labels()
    const annotation = { ...drawn(), fid: 1, revision: 1 }
    labels.receive({ documents: [annotation], deleted: [] })
    const set = ChangeSet.make('me', 'Delete', [Change.delete(annotation)])
    labels.apply(set)
    expect(labels.get(annotation.id)).toBeNull()
    labels.replace(set.client_id, null)
    expect(labels.get(annotation.id)).toBe(annotation)
  })

  test('what waits is not forgotten', () => {
    const labels = new Labels()
    const [a, b] = [
      { ...drawn(), fid: 1, revision: 1 },
      { ...drawn(), fid: 2, revision: 1 },
    ]
    labels.receive({ documents: [a, b], deleted: [] })
    labels.apply(put({ ...b, label: 'mine' }))
    labels.forget([a.id, b.id])
    expect([...labels.values()].map((x) => x.label)).toEqual(['mine'])
  })
})

describe('outbox', () => {
  let [server, labels, refused, timers]: [Server, Labels, string[], (() => void)[]] = [
    new Server(),
    new Labels(),
    [],
    [],
  ]
  let drawer = memoryDrawer()

  const make = () =>
    new Outbox(SCENE, labels, drawer, {
      send: server.send,
      refused: (set, problem) => refused.push(`${set.message}: ${problem.message}`),
      later: (work) => {
        timers.push(work)
        return () => {}
      },
    })

  beforeEach(() => {
    server = new Server()
    labels = new Labels()
    refused = []
    timers = []
    drawer = memoryDrawer()
  })

  test('two edits of one object follow each other without a conflict', async () => {
    const outbox = make()
    const annotation = drawn()
    outbox.push(put(annotation))
    outbox.push(put({ ...annotation, label: 'b' }))
    expect(await outbox.flushed()).toBe(true)
    expect(server.stored.get(annotation.id)).toMatchObject({ label: 'b', revision: 2, fid: 1 })
    expect(outbox.state.value.kind).toBe('saved')
    expect(await drawer.load(SCENE)).toEqual([])
  })

  test('away: work is kept and sent later with the same client id', async () => {
    const outbox = make()
    server.isAway = true
    outbox.push(put(drawn()))
    expect(await outbox.flushed()).toBe(false)
    expect(outbox.state.value).toEqual({ kind: 'offline', n: 1 })
    expect(await drawer.load(SCENE)).toHaveLength(1)
    server.isAway = false
    timers.at(-1)!()
    expect(await outbox.flushed()).toBe(true)
    expect(new Set(server.seen).size).toBe(1)
    expect(outbox.state.value.kind).toBe('saved')
  })

  test('a closed browser loses nothing: the next visit sends it', async () => {
    server.isAway = true
    const annotation = drawn()
    const before = make()
    before.push(put(annotation))
    await before.flushed()
    labels = new Labels()
    server.isAway = false
    const after = make()
    await after.restore()
    expect(labels.get(annotation.id)?.label).toBe('a')
    expect(await after.flushed()).toBe(true)
    expect(server.stored.size).toBe(1)
  })

  test('a refusal takes the change back and says why; the rest goes on', async () => {
    const outbox = make()
    const bad = drawn()
    server.refuses = new Problem({
      type: 'urn:geo3d:validation-failed',
      title: '',
      status: 422,
      detail: 'no such class',
    })
    outbox.push(put(bad))
    await outbox.flushed()
    expect(refused).toEqual(['Draw: no such class'])
    expect(labels.get(bad.id)).toBeNull()
    server.refuses = null
    outbox.push(put(drawn()))
    expect(await outbox.flushed()).toBe(true)
  })

  async function conflicted(): Promise<[Outbox, Annotation]> {
    const outbox = make()
    const annotation = drawn()
    outbox.push(put(annotation))
    await outbox.flushed()
    const stored = server.stored.get(annotation.id)!
    server.write(put({ ...stored, label: 'theirs' }))
    outbox.push(put({ ...labels.get(annotation.id)!, label: 'mine' }))
    outbox.push(put({ ...labels.get(annotation.id)!, label: 'mine too' }))
    expect(await outbox.flushed()).toBe(false)
    expect(outbox.state.value.kind).toBe('conflict')
    expect(outbox.conflict.value?.current.get(annotation.id)?.label).toBe('theirs')
    return [outbox, annotation]
  }

  test('conflict: mine goes over theirs, with everything I did after', async () => {
    const [outbox, annotation] = await conflicted()
    await outbox.resolve('mine')
    expect(await outbox.flushed()).toBe(true)
    expect(server.stored.get(annotation.id)?.label).toBe('mine too')
  })

  test('conflict: theirs drops mine, and nothing else', async () => {
    const [outbox, annotation] = await conflicted()
    const other = drawn('other')
    outbox.push(put(other))
    await outbox.resolve('theirs')
    expect(await outbox.flushed()).toBe(true)
    expect(labels.get(annotation.id)?.label).toBe('theirs')
    expect(server.stored.get(annotation.id)?.label).toBe('theirs')
    expect(server.stored.has(other.id)).toBe(true)
  })

  test('conflict with a deletion: mine puts the object again', async () => {
    const outbox = make()
    const annotation = drawn()
    outbox.push(put(annotation))
    await outbox.flushed()
    server.stored.delete(annotation.id)
    outbox.push(put({ ...labels.get(annotation.id)!, label: 'mine' }))
    await outbox.flushed()
    expect(outbox.conflict.value?.current.get(annotation.id)).toBeNull()
    await outbox.resolve('mine')
    expect(await outbox.flushed()).toBe(true)
    expect(server.stored.get(annotation.id)?.label).toBe('mine')
  })

  test('undo takes back unsent work here, sent work there', async () => {
    const outbox = make()
    const asked: string[] = []
    const history = new History(outbox, async (direction) => {
      asked.push(direction)
      return { documents: [], deleted: [] }
    })
    server.isAway = true
    const annotation = drawn()
    outbox.push(put(annotation))
    await outbox.flushed()
    expect(await history.undo()).toEqual({ kind: 'done' })
    expect(labels.get(annotation.id)).toBeNull()
    expect(asked).toEqual([])
    server.isAway = false
    expect(await history.redo()).toEqual({ kind: 'done' })
    await outbox.flushed()
    expect(server.stored.size).toBe(1)
    expect(await history.undo()).toEqual({ kind: 'done' })
    expect(asked).toEqual(['undo'])
  })

  test('while an undo is on its way work is being saved, and what is done meanwhile goes on top of it', async () => {
    const outbox = make()
    const annotation = drawn()
    outbox.push(put(annotation))
    outbox.push(put({ ...annotation, label: 'b' }))
    await outbox.flushed()
    let answer = () => {}
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const history = new History(outbox, async () => {
      await asked
      return server.write(put({ ...server.stored.get(annotation.id)!, label: 'a' }))
    })
    const steps = [history.undo(), history.undo()]
    await vi.waitFor(() => expect(outbox.state.value).toEqual({ kind: 'saving', n: 2 }))
    outbox.push(put({ ...labels.get(annotation.id)!, label: 'mine' }))
    answer()
    expect(await Promise.all(steps)).toEqual([{ kind: 'done' }, { kind: 'done' }])
    expect(await outbox.flushed()).toBe(true)
    expect(outbox.conflict.value).toBeNull()
    expect(outbox.state.value.kind).toBe('saved')
    expect(labels.get(annotation.id)?.revision).toBe(server.stored.get(annotation.id)?.revision)
  })

  test('nothing left to undo is no error; a conflict asks', async () => {
    const outbox = make()
    let kind = 'nothing-to-undo'
    const history = new History(outbox, async () => {
      throw new Problem({ type: `urn:geo3d:${kind}`, title: '', status: 409, detail: 'somebody else' })
    })
    expect(await history.undo()).toEqual({ kind: 'nothing' })
    kind = 'conflict'
    expect(await history.undo()).toEqual({ kind: 'conflict', sentence: 'somebody else' })
  })
})
