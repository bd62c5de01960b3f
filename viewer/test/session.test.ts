import { expect, test } from 'vitest'
import type { CommitReply } from '../src/api/client'
import type { AnnotationQuery, SceneApi } from '../src/api/scene'
import { memoryDrawer } from '../src/document/drawer'
import { Session } from '../src/document/session'
import { Annotation } from '../src/model/annotation'
import type { ChangeSet } from '../src/model/change'
import type { Project, Scene } from '../src/model/scene'

const CLASSES = ['tree', 'road'].map((slug, i) => ({
  slug,
  code: i + 1,
  title: slug,
  color: '#00ff00',
  key: null,
  parent: null,
  geometries: [],
  attributes: [],
  retired: false,
}))
const PROJECT = { revision: 1, ontology: { version: 1, classes: CLASSES }, members: [] } as unknown as Project

/** A server that tells of change sets above a size only that they were written, as the real one does. */
class BulkServer {
  revision = 0
  readonly stored = new Map<string, Annotation>()
  readonly asked: number[] = []
  #nextFid = 1

  constructor(readonly inlineLimit: number) {}

  put(n: number): void {
    for (let i = 0; i < n; i++) {
      const geometry = { kind: 'point', frame: 'f', position: [i, 0] } as const
      const made = Annotation.make({ scene: 's', label: 'tree', geometry, actor: 'me', tool: 't' })
      this.stored.set(made.id, { ...made, fid: this.#nextFid++, revision: 1 })
    }
    this.revision = 1
  }

  readonly send = async (set: ChangeSet): Promise<CommitReply> => {
    this.revision++
    const documents: Annotation[] = []
    const deleted: { kind: 'annotation'; id: string }[] = []
    for (const change of set.changes) {
      if (change.op === 'delete') {
        this.stored.delete(change.id)
        deleted.push({ kind: 'annotation', id: change.id })
      }
      if (change.op !== 'put') continue
      const document = change.document as Annotation
      const fid = document.fid || this.#nextFid++
      this.stored.set(document.id, { ...document, fid, revision: this.revision })
      documents.push(this.stored.get(document.id)!)
    }
    const is_bulk = set.changes.length > this.inlineLimit
    const reply = { revision: this.revision, client_id: set.client_id, is_bulk }
    return { ...reply, documents: is_bulk ? [] : documents, deleted: is_bulk ? [] : deleted } as never
  }

  readonly layers = async () => []

  readonly annotations = async ({ ids = [] }: AnnotationQuery) => {
    this.asked.push(ids.length)
    return {
      revision: this.revision,
      annotations: ids.flatMap((id) => this.stored.get(id) ?? []),
      next: null,
    }
  }
}

function opened(server: BulkServer, told: string[] = []): Session {
  const api = { ...server, counts: async () => ({ counts: {} }) } as unknown as SceneApi
  const session = new Session({
    actor: { id: 'me' } as never,
    scene: { id: 's', frames: [], assets: [] } as unknown as Scene,
    project: PROJECT,
    revision: server.revision,
    drawer: memoryDrawer(),
    api,
    refused: (_, problem) => {
      throw problem
    },
    tell: (sentence) => void told.push(sentence),
  })
  session.labels.receive({ documents: [...server.stored.values()], deleted: [] })
  return session
}

test('a change of 5,000 objects is one change set, and what was stored is what is shown after', async () => {
  const server = new BulkServer(1000)
  server.put(5000)
  const session = opened(server)
  const ids = [...server.stored.keys()]
  session.selection.set(...ids)
  session.editor.relabel(ids, 'road')
  expect(await session.outbox.flushed()).toBe(true)
  expect(server.revision).toBe(2)
  expect(new Set([...session.labels.values()].map((a) => `${a.label} ${a.revision}`))).toEqual(
    new Set(['road 2']),
  )
  expect(Math.max(...server.asked)).toBeLessThanOrEqual(500)
  session.editor.remove(ids)
  expect(await session.outbox.flushed()).toBe(true)
  expect([...session.labels.values()]).toEqual([])
  expect(session.selection.ids.peek()).toEqual([])
  session.close()
})

test("somebody else's bulk change is read, one's own is not read twice", async () => {
  const server = new BulkServer(2)
  server.put(5)
  const session = opened(server)
  for (const [id, a] of server.stored) server.stored.set(id, { ...a, label: 'road', revision: 2 })
  session.receive({ revision: 2, client_id: 'theirs', is_bulk: true, documents: [], deleted: [] } as never)
  await new Promise((resolve) => setTimeout(resolve))
  expect([...session.labels.values()].every((a) => a.label === 'road')).toBe(true)
  server.revision = 2
  session.editor.relabel([...server.stored.keys()], 'tree')
  const sent = session.labels.waiting[0]!.client_id
  await session.outbox.flushed()
  const n = server.asked.length
  session.receive({ revision: 3, client_id: sent, is_bulk: true, documents: [], deleted: [] } as never)
  expect(server.asked.length).toBe(n)
  session.close()
})

test('what is locked stays as it is, whoever asks; the others are changed', async () => {
  const server = new BulkServer(1000)
  server.put(3)
  const told: string[] = []
  const session = opened(server, told)
  const [first, second, third] = [...server.stored.keys()] as [string, string, string]
  session.guard.lock([first], true)
  session.editor.relabel([first, second], 'road')
  session.editor.setAttribute([first], 'width', 3)
  session.editor.reshape('Move', new Map([[first, { kind: 'point', frame: 'f', position: [9, 9] }]]))
  session.editor.remove([first, third])
  await session.outbox.flushed()
  expect(server.stored.get(first)).toMatchObject({ label: 'tree', attributes: {}, revision: 1 })
  expect(server.stored.get(second)?.label).toBe('road')
  expect(server.stored.has(third)).toBe(false)
  expect(told).toEqual(Array(4).fill('One object is locked and stays as it is.'))
  session.guard.toggleClassLock('road')
  session.editor.remove([second])
  session.choose('road')
  expect(session.editor.draw({ kind: 'point', frame: 'f', position: [0, 0] }, 't')).toBeNull()
  await session.outbox.flushed()
  expect(server.stored.has(second)).toBe(true)
  session.guard.unlockAll()
  session.editor.remove([first, second])
  await session.outbox.flushed()
  expect(server.stored.size).toBe(0)
  session.close()
})
