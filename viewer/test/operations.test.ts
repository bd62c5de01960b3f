import { expect, test } from 'vitest'
import type { CommitReply } from '../src/api/client'
import type { OperationReply } from '../src/api/geometry'
import type { SceneApi } from '../src/api/scene'
import { memoryDrawer } from '../src/document/drawer'
import { type Operate, type Operation, Operations } from '../src/document/operations'
import { Session } from '../src/document/session'
import { Annotation } from '../src/model/annotation'
import type { ChangeSet } from '../src/model/change'
import type { Geometry, Polygon } from '../src/model/geometry'
import type { Project, Scene } from '../src/model/scene'

const CLASSES = [
  { slug: 'field', geometries: [] },
  { slug: 'post', geometries: ['box'] },
].map((given, i) => ({
  ...given,
  code: i + 1,
  title: given.slug,
  color: '#00ff00',
  key: null,
  parent: null,
  attributes: [],
  retired: false,
}))
const PROJECT = { revision: 1, ontology: { version: 1, classes: CLASSES }, members: [] } as unknown as Project

const square = (x: number): Polygon => ({
  kind: 'polygon',
  frame: 'f',
  exterior: [
    [x, 0],
    [x + 1, 0],
    [x + 1, 1],
  ],
  holes: [],
})
const SPLIT = {
  operation: 'split',
  options: { line: { kind: 'polyline', frame: 'f', path: [[0, 0]], width: null } },
} as unknown as Operation
const MERGE: Operation = { operation: 'merge', options: {} }

/** A session with some objects, and what it sends; the server computes what the test says. */
function opened(reply: OperationReply | Error, ...labels: readonly string[]) {
  const sent: ChangeSet[] = []
  const told: string[] = []
  const given: Geometry[][] = []
  const send = async (set: ChangeSet): Promise<CommitReply> => {
    sent.push(set)
    const documents = set.changes.flatMap((c) => (c.op === 'put' ? [{ ...c.document, revision: 2 }] : []))
    const deleted = set.changes.flatMap((c) => (c.op === 'delete' ? [{ kind: 'annotation', id: c.id }] : []))
    return { revision: 2, client_id: set.client_id, is_bulk: false, documents, deleted } as never
  }
  const session = new Session({
    actor: { id: 'me' } as never,
    scene: { id: 's', frames: [], assets: [] } as unknown as Scene,
    project: PROJECT,
    revision: 1,
    drawer: memoryDrawer(),
    api: { send, counts: async () => ({ counts: {} }) } as unknown as SceneApi,
    tell: (sentence: string) => void told.push(sentence),
    refused: (_: ChangeSet, problem: Error) => {
      throw problem
    },
  } as never)
  const objects = labels.map((label, i) => ({
    ...Annotation.make({ scene: 's', label, geometry: square(10 * i), actor: 'her', tool: 't' }),
    attributes: { name: `n${i}` },
    revision: 1,
    fid: i + 1,
  }))
  session.labels.receive({ documents: objects, deleted: [] })
  const compute: Operate = async (_, __, geometries) => {
    given.push([...geometries])
    if (reply instanceof Error) throw reply
    return reply
  }
  return { session, sent, told, given, objects, operations: new Operations(session, compute) }
}

test('the largest piece takes the place of the object, the others have its class and attributes', async () => {
  const reply = { geometries: [square(1), square(2), square(3)], sources: [0, 0, 2], skipped: [] }
  const { session, sent, given, objects, operations } = opened(reply, 'field', 'field', 'field')
  const ids = objects.map(({ id }) => id)
  const left = await operations.run('Split', SPLIT, ids)
  await session.outbox.flushed()
  expect(given).toEqual([[square(0), square(10), square(20)]])
  expect(sent).toHaveLength(1)
  const [first, piece, third] = sent[0]!.changes.map((c) =>
    c.op === 'put' ? (c.document as Annotation) : null,
  )
  expect([first?.id, third?.id]).toEqual([ids[0], ids[2]])
  expect([first?.geometry, piece?.geometry, third?.geometry]).toEqual(reply.geometries)
  expect([piece?.label, piece?.attributes, piece?.fid, piece?.thing]).toEqual([
    'field',
    { name: 'n0' },
    0,
    null,
  ])
  expect(sent[0]!.changes.map((c) => ('base' in c ? c.base : null))).toEqual([1, 0, 1])
  expect(left).toEqual([ids[0], piece?.id, ids[2]])
  session.close()
})

test('a merge keeps the first chosen and deletes the others, in one step', async () => {
  const reply = { geometries: [square(5)], sources: [0], skipped: [] }
  const { session, sent, objects, operations } = opened(reply, 'field', 'field')
  const ids = objects.map(({ id }) => id)
  expect(await operations.run('Merge', MERGE, [ids[1]!, ids[0]!])).toEqual([ids[1]])
  await session.outbox.flushed()
  expect(
    sent[0]!.changes.map((c) => [c.op, c.op === 'put' ? c.document.id : (c as { id: string }).id]),
  ).toEqual([
    ['put', ids[1]],
    ['delete', ids[0]],
  ])
  session.close()
})

test('what cannot be done writes nothing and is told', async () => {
  const refused = opened(new Error('the line must cross the outline twice'), 'field')
  expect(await refused.operations.run('Reshape', SPLIT, [refused.objects[0]!.id])).toBeNull()
  expect(refused.sent).toEqual([])
  expect(refused.told).toHaveLength(1)
  refused.session.close()

  const strange = opened({ geometries: [square(5)], sources: [0], skipped: [] }, 'post', 'post')
  const ids = strange.objects.map(({ id }) => id)
  expect(await strange.operations.run('Merge', MERGE, ids)).toBeNull()
  expect(strange.sent).toEqual([])
  expect(strange.told[0]).toContain('may not be drawn as polygon')
  strange.session.close()
})

test('locked objects are left out', async () => {
  const reply = { geometries: [square(5)], sources: [0], skipped: [] }
  const { session, given, told, objects, operations } = opened(reply, 'field', 'field')
  const ids = objects.map(({ id }) => id)
  session.guard.locked.value = new Set([ids[0]!])
  await operations.run('Smooth', { operation: 'smooth', options: { style: 'corners', steps: 1 } }, ids)
  expect(given).toEqual([[square(10)]])
  expect(told[0]).toContain('locked')
  session.close()
})
