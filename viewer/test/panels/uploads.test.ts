import { expect, test, vi } from 'vitest'
import { Problem } from '../../src/api/problem'
import { ago, sizeText } from '../../src/panels/start/ago'
import { commonTitle } from '../../src/panels/start/arrange-dialog'
import { groupsOf } from '../../src/panels/start/sidecars'
import { FreshScene, type Send, Uploads } from '../../src/panels/start/uploads'

const file = (name: string) => new File(['x'], name)
const names = (files: readonly string[]) =>
  groupsOf(files.map(file)).map((group) => group.map(({ name }) => name))

test('sidecars travel with their raster', () => {
  expect(names(['a.tfw', 'a.tif', 'a.tif.aux.xml', 'b.TIF', 'b.ovr'])).toEqual([
    ['a.tif', 'a.tfw', 'a.tif.aux.xml'],
    ['b.TIF', 'b.ovr'],
  ])
  expect(names(['LC08_B2.TIF', 'LC08_B3.TIF', 'LC08_MTL.txt'])).toEqual([
    ['LC08_B2.TIF', 'LC08_MTL.txt'],
    ['LC08_B3.TIF'],
  ])
  expect(names(['all.vrt', 'a.tif', 'b.tif'])).toEqual([['all.vrt', 'a.tif', 'b.tif']])
  expect(names(['alone.tfw'])).toEqual([['alone.tfw']])
})

test('files that belong together are called by what their names share', () => {
  expect(commonTitle(['LC08_B2.TIF', 'LC08_B3.TIF'].map(file))).toBe('LC08')
  expect(commonTitle(['1985.tif', '2020.tif'].map(file))).toBe('1985')
})

/** Sends that the test ends one by one. */
function manual() {
  const open: { path: string; form: FormData; end: (error?: unknown) => void }[] = []
  const send: Send = (path, form, progress, signal) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
      const end = (error?: unknown) => {
        if (error) return reject(error)
        progress(1)
        resolve({ assets: [], jobs: [] })
      }
      open.push({ path, form, end })
    })
  return { open, send }
}
const settle = () => new Promise((resolve) => setTimeout(resolve))

test('two uploads run at once, each in its own request', async () => {
  const { open, send } = manual()
  const done = vi.fn()
  const uploads = new Uploads(done, send)
  uploads.add(['a.tif', 'b.tif', 'c.tif'].map(file), 'layers', async () => 's 1')
  await settle()
  expect(open.map(({ path }) => path)).toEqual(Array(2).fill('/api/scenes/s%201/assets/upload'))
  expect(uploads.items.value.map(({ state }) => state.value)).toEqual(['sending', 'sending', 'waiting'])
  open[0]!.end()
  await settle()
  expect(done).toHaveBeenCalledWith({ assets: [], jobs: [] }, 's 1')
  expect(open).toHaveLength(3)
  expect((open[2]!.form.get('file') as File).name).toBe('c.tif')
})

test('a stack is one request that says so', async () => {
  const { open, send } = manual()
  new Uploads(() => {}, send).add(['a.tif', 'b.tif'].map(file), 'stack', async () => 's')
  await settle()
  expect(open).toHaveLength(1)
  expect(open[0]!.form.get('arrangement')).toBe('stack')
  expect(open[0]!.form.getAll('file')).toHaveLength(2)
})

test('a refused file says why, takes its empty scene away, and can be tried again', async () => {
  const { open, send } = manual()
  const [make, remove] = [vi.fn(async () => 's'), vi.fn(async () => {})]
  const uploads = new Uploads(() => {}, send)
  uploads.addApart([file('broken.tif')], () => new FreshScene(make, remove))
  await settle()
  const problem = { type: 'urn:geo3d:raster-error', title: '', status: 422, detail: 'broken.tif is cut off' }
  open[0]!.end(new Problem(problem))
  await settle()
  const [item] = uploads.items.value
  expect([item!.state.value, item!.error.value]).toEqual(['failed', 'broken.tif is cut off'])
  expect(remove).toHaveBeenCalledWith('s')
  uploads.retry(item!)
  await settle()
  expect(make).toHaveBeenCalledTimes(2)
  open[1]!.end()
  await settle()
  expect(item!.state.value).toBe('done')
})

test('cancelling is no error', async () => {
  const { send } = manual()
  const uploads = new Uploads(() => {}, send)
  uploads.add([file('a.tif')], 'layers', async () => 's')
  await settle()
  uploads.items.value[0]!.cancel()
  await settle()
  expect(uploads.items.value[0]!.state.value).toBe('cancelled')
  expect(uploads.items.value[0]!.error.value).toBeNull()
  uploads.clear()
  expect(uploads.items.value).toEqual([])
})

test('times and sizes in words', () => {
  const now = new Date('2026-11-20T12:00:00Z')
  expect(ago(new Date('2026-11-20T11:59:30Z'), now)).toBe('just now')
  expect(ago(new Date('2026-11-20T09:00:00Z'), now)).toBe('3 hours ago')
  expect(ago(new Date('2026-11-19T11:00:00Z'), now)).toBe('yesterday')
  expect([0, 999, 1500, 2_641_535, 64e9].map(sizeText)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '2.6 MB',
    '64.0 GB',
  ])
})
