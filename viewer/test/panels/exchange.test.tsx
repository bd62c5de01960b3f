import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExportDialog } from '../../src/panels/exchange/export-dialog'
import { JobBoard } from '../../src/panels/exchange/job-board'
import { type Command, Commands } from '../../src/panels/help/commands'
import { Keymap } from '../../src/panels/help/keymap'
import { CommandPalette } from '../../src/panels/help/palette'
import { ShortcutSheet } from '../../src/panels/help/sheet'

/** Answers of the server by `VERB path`; a function is asked each time. */
let answers: { [request: string]: unknown }
const asked: { request: string; body: unknown }[] = []

beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    const name = `${request.method} ${new URL(request.url).pathname}`
    asked.push({ request: name, body: request.body ? await request.json() : null })
    const found = answers[name]
    const body = typeof found === 'function' ? found() : found
    if (body === undefined) return new Response('{}', { status: 404 })
    return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const job = (state: string, more = {}) => ({
  id: 'j',
  kind: 'export',
  title: 'Export',
  state,
  created: '2026',
  ...more,
})
const REPORT = {
  given: 10,
  written: 7,
  lost: [{ id: 'a', kind: 'cuboid', reason: 'kind-not-carried', message: 'GeoJSON has no bodies' }],
  lost_by_reason: { 'kind-not-carried': 3 },
  reduced: [],
  reduced_by_reason: {},
  warnings: ['the attribute "type" was renamed'],
}
const FORMAT = {
  name: 'geojson',
  title: 'GeoJSON',
  extensions: ['.geojson'],
  is_folder: false,
  reads: true,
  writes: true,
  carries: ['polygon'],
  becomes: { mask: 'multipolygon' },
  loses: 'Cuboids.',
  write_schema: {
    properties: {
      decimals: { type: 'integer', default: 7, maximum: 17, title: 'Decimals', description: 'As `1.5`.' },
    },
  },
}

test('an export asks for a format, waits for its job, and shows what was lost', async () => {
  let state = 'queued'
  answers = {
    'GET /api/formats': [FORMAT, { ...FORMAT, name: 'reader', title: 'Only read', writes: false }],
    'POST /api/scenes/s/export': job('queued'),
    'GET /api/jobs': () => [
      state === 'done' ? job('done', { result: { name: 'a.geojson', report: REPORT } }) : job(state),
    ],
  }
  render(<ExportDialog scene="s" title="Harbour" n={10} jobs={new JobBoard()} onClose={() => {}} />)
  const decimals = await screen.findByLabelText('Decimals')
  expect(screen.queryByText('Only read')).toBeNull()
  expect(screen.getByText('mask → multipolygon')).toBeTruthy()
  expect(screen.getByText('1.5').tagName).toBe('CODE')

  const start = screen.getByRole('button', { name: 'Export' }) as HTMLButtonElement
  fireEvent.input(decimals, { target: { value: '18' } })
  await screen.findByText('At most 17.')
  expect(start.disabled).toBe(true)
  fireEvent.input(decimals, { target: { value: '3' } })
  await waitFor(() => expect(start.disabled).toBe(false))
  fireEvent.submit(start.closest('form')!)
  await screen.findByText('Writing GeoJSON')
  expect(asked.find(({ request }) => request.startsWith('POST'))!.body).toEqual({
    format: 'geojson',
    options: { decimals: 3 },
  })

  state = 'done'
  await screen.findByText('7 of 10 documents are in the file.', {}, { timeout: 4000 })
  expect(screen.getByText('kind not carried')).toBeTruthy()
  expect(screen.getByText(/GeoJSON has no bodies/)).toBeTruthy()
  expect(screen.getByText(/was renamed/)).toBeTruthy()
  expect(screen.getByText(/^Download/).getAttribute('href')).toBe('/api/exports/j')
})

test('a board asks as long as something runs, then rests', async () => {
  const states = ['running', 'running', 'done']
  answers = { 'GET /api/jobs': () => [job(states.shift() ?? 'done')] }
  vi.useFakeTimers()
  const board = new JobBoard()
  board.receive(job('queued') as never)
  const ended = board.ended('j')
  expect(board.running.value).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(5000)
  expect((await ended).state).toBe('done')
  expect(board.running.value).toEqual([])
  const n = asked.length
  await vi.advanceTimersByTimeAsync(60_000)
  vi.useRealTimers()
  expect(asked).toHaveLength(n)
})

function commands(): { commands: Commands; keymap: Keymap; run: ReturnType<typeof vi.fn> } {
  const run = vi.fn()
  const all = new Commands()
  const make = (id: string, title: string, keys: string): Command => ({
    ...{ id, title, keys: [keys], group: 'Draw', scope: 'map' as const },
    run: () => run(id),
  })
  all.add(make('polygon', 'Draw a polygon', 'N'), make('box', 'Draw a box', 'B'))
  return { commands: all, keymap: new Keymap(all), run }
}

test('the palette finds by letters and runs by Enter', async () => {
  const { commands: all, keymap, run } = commands()
  const close = vi.fn()
  render(<CommandPalette commands={all} keymap={keymap} onClose={close} />)
  const input = screen.getByRole('combobox')
  expect(screen.getAllByRole('option')).toHaveLength(2)
  fireEvent.input(input, { target: { value: 'bo' } })
  await waitFor(() => expect(screen.getAllByRole('option')[0]!.textContent).toContain('Draw a box'))
  fireEvent.keyDown(input, { key: 'Enter' })
  expect(run).toHaveBeenCalledWith('box')
  expect(close).toHaveBeenCalled()
  expect(all.recent.value).toEqual(['box'])
})

test('the sheet takes other keys, and says who has them already', async () => {
  const { commands: all, keymap } = commands()
  render(<ShortcutSheet commands={all} keymap={keymap} onClose={() => {}} />)
  const row = () => screen.getByRole('button', { name: /^Keys of Draw a box/ })
  fireEvent.click(row())
  await screen.findByText('press keys…')
  fireEvent.keyDown(row(), { key: 'n' })
  await screen.findByText(/N already means “Draw a polygon”/)
  fireEvent.click(row())
  await screen.findByText('press keys…')
  fireEvent.keyDown(row(), { key: 'r' })
  await screen.findByRole('button', { name: 'Keys of Draw a box: R' })
  expect(keymap.find('R', ['map'])?.id).toBe('box')
})
