import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { useState } from 'preact/hooks'
import { afterEach, expect, test, vi } from 'vitest'
import { hexOf } from '../../src/panels/kit/color-picker'
import { Dialog } from '../../src/panels/kit/dialog'
import { NumberField, TextField } from '../../src/panels/kit/field'
import { ICONS } from '../../src/panels/kit/icons'
import { Menu } from '../../src/panels/kit/menu'
import { placeBeside } from '../../src/panels/kit/place'
import { ProgressBar } from '../../src/panels/kit/progress'
import { RangeSlider } from '../../src/panels/kit/range-slider'
import { Splitter } from '../../src/panels/kit/splitter'
import { Tabs } from '../../src/panels/kit/tabs'
import { ToastHost, Toasts } from '../../src/panels/kit/toast'
import { VirtualList } from '../../src/panels/kit/virtual-list'

afterEach(cleanup)

test('icons are path data and nothing else', () => {
  for (const [name, path] of Object.entries(ICONS))
    expect(path, name).toMatch(/^M[-\d\sMmLlHhVvAaCcSsQqTtZz.,]+$/)
})

test('a field joins its label, hint and error', () => {
  render(<TextField label="Title" hint="What people read." error="Too short." value="" onChange={() => {}} />)
  const input = screen.getByLabelText('Title')
  expect(input.getAttribute('aria-invalid')).toBe('true')
  const described = input.getAttribute('aria-describedby')!.split(' ')
  expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
    'What people read.',
    'Too short.',
  ])
})

test('an emptied number field is null', () => {
  const change = vi.fn()
  render(<NumberField label="Overlap" value={4} onChange={change} />)
  fireEvent.input(screen.getByLabelText('Overlap'), { target: { value: '' } })
  expect(change).toHaveBeenLastCalledWith(null)
  fireEvent.input(screen.getByLabelText('Overlap'), { target: { value: '2.5' } })
  expect(change).toHaveBeenLastCalledWith(2.5)
})

test('a dialog is modal, leaves by its cross, and submits by Enter', () => {
  const [close, submit] = [vi.fn(), vi.fn()]
  render(
    <Dialog title="New scene" onClose={close} onSubmit={submit}>
      <button type="submit">Make</button>
    </Dialog>,
  )
  expect((screen.getByRole('dialog', { name: 'New scene' }) as HTMLDialogElement).open).toBe(true)
  fireEvent.click(screen.getByRole('button', { name: 'Close' }))
  expect(close).toHaveBeenCalledTimes(1)
  fireEvent.submit(screen.getByText('Make').closest('form')!)
  expect(submit).toHaveBeenCalledTimes(1)
})

test('a firm dialog has no way out', () => {
  const close = vi.fn()
  render(
    <Dialog title="Your name" isFirm onClose={close}>
      text
    </Dialog>,
  )
  expect(screen.queryByRole('button', { name: 'Close' })).toBeNull()
  fireEvent(screen.getByRole('dialog'), new Event('cancel', { cancelable: true }))
  expect(close).not.toHaveBeenCalled()
})

test('a menu opens, walks by keys, runs and closes', async () => {
  const [rename, remove] = [vi.fn(), vi.fn()]
  render(
    <Menu
      label="More"
      entries={[
        { id: 'rename', title: 'Rename', run: rename },
        'line',
        { id: 'off', title: 'Off', disabled: true, run: () => {} },
        { id: 'remove', title: 'Delete', run: remove },
      ]}
    />,
  )
  const button = screen.getByRole('button', { name: 'More' })
  fireEvent.click(button)
  expect(button.getAttribute('aria-expanded')).toBe('true')
  const [first, , last] = screen.getAllByRole('menuitem')
  first!.focus()
  fireEvent.keyDown(first!, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(last)
  fireEvent.keyDown(last!, { key: 'r' })
  expect(document.activeElement).toBe(first)
  fireEvent.click(last!)
  expect(remove).toHaveBeenCalledTimes(1)
  expect(screen.queryByRole('menu')).toBeNull()
})

test('a panel stays in the window, on the other side where there is no room', () => {
  const [room, panel] = [
    { width: 800, height: 600 },
    { width: 200, height: 300 },
  ]
  const at = (left: number, top: number) => ({ left, top, width: 40, height: 20 })
  expect(placeBeside(at(100, 50), panel, room, 'below')).toEqual({ left: 100, top: 74 })
  expect(placeBeside(at(790, 500), panel, room, 'below')).toEqual({ left: 592, top: 196 })
  expect(placeBeside(at(700, 50), panel, room, 'right')).toEqual({ left: 496, top: 50 })
})

test('only the visible rows of a long list exist, and keys move the choice', () => {
  const choose = vi.fn()
  function List() {
    const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
    return (
      <VirtualList
        label="Objects"
        items={Array.from({ length: 100_000 }, (_, i) => i)}
        keyOf={(i) => i}
        rowHeight={26}
        chosen={chosen}
        onChoose={(key) => {
          choose(key)
          setChosen(new Set([key]))
        }}
      >
        {(i) => `#${i}`}
      </VirtualList>
    )
  }
  render(<List />)
  const list = screen.getByRole('listbox', { name: 'Objects' })
  expect(screen.getAllByRole('option').length).toBeLessThan(60)
  fireEvent.keyDown(list, { key: 'ArrowDown' })
  fireEvent.keyDown(list, { key: 'ArrowDown' })
  expect(choose.mock.calls).toEqual([[0], [1]])
  expect(screen.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe('2')
  fireEvent.keyDown(list, { key: 'End' })
  expect(choose).toHaveBeenLastCalledWith(99_999)
})

test('the ends of a range do not cross', () => {
  const change = vi.fn()
  render(<RangeSlider label="Band 1" low={10} high={20} min={0} max={100} step={1} onChange={change} />)
  fireEvent.input(screen.getByLabelText('Band 1: low end'), { target: { value: '50' } })
  expect(change).toHaveBeenLastCalledWith(20, 20)
  const field = screen.getByLabelText('Band 1: high value')
  fireEvent.change(field, { target: { value: '250.5' } })
  expect(change).toHaveBeenLastCalledWith(10, 250.5)
})

test('a splitter and tabs move by the arrow keys', () => {
  const [size, tab] = [vi.fn(), vi.fn()]
  render(<Splitter label="Width" axis="x" value={300} min={200} max={310} onChange={size} />)
  fireEvent.keyDown(screen.getByRole('separator'), { key: 'ArrowRight' })
  expect(size).toHaveBeenLastCalledWith(310)
  const tabs = [
    { id: 'a', title: 'In view', n: 3 },
    { id: 'b', title: 'Tracks' },
  ]
  render(<Tabs label="Objects" tabs={tabs} value="a" onChange={tab} />)
  fireEvent.keyDown(screen.getByRole('tablist'), { key: 'ArrowLeft' })
  expect(tab).toHaveBeenLastCalledWith('b')
})

test('progress says how far, or nothing where nobody knows', () => {
  const { rerender } = render(<ProgressBar label="Export" fraction={0.416} />)
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('42')
  rerender(<ProgressBar label="Export" fraction={null} />)
  expect(screen.getByRole('progressbar').hasAttribute('aria-valuenow')).toBe(false)
})

test('errors stay, good news goes, the same is told once', async () => {
  vi.useFakeTimers()
  const toasts = new Toasts()
  const again = vi.fn()
  toasts.ok('Saved.')
  toasts.error(new Error('the server cannot be reached'), { title: 'Try again', run: again })
  toasts.error(new Error('the server cannot be reached'), { title: 'Try again', run: again })
  toasts.error(new DOMException('', 'AbortError'))
  expect(toasts.items.value.map(({ text }) => text)).toEqual(['Saved.', 'The server cannot be reached'])
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
  render(<ToastHost toasts={toasts} />)
  expect(screen.getByRole('alert').textContent).toContain('The server cannot be reached')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(again).toHaveBeenCalledTimes(1)
  expect(toasts.items.value).toEqual([])
})

test('colours are read as people type them', () => {
  expect(['#FFaa00', 'fa0', ' 123456 ', 'red', '#12345'].map(hexOf)).toEqual([
    '#ffaa00',
    '#ffaa00',
    '#123456',
    null,
    null,
  ])
})
