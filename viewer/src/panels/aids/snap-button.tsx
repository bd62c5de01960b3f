import { useRef, useState } from 'preact/hooks'
import { Aids, SNAP_MODES, TOLERANCE_PX } from '../../tools/parts/aids'
import { Checkbox } from '../kit/field'
import { Icon } from '../kit/icon'
import { Popover } from '../kit/popover'
import { Slider } from '../kit/slider'
import type { PanelProps } from '../panel'
import './aids.css'

/** Snapping on and off, and what catches: in the status bar. */
export function SnapButton({ bench }: PanelProps) {
  const more = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  const { modes } = bench.aids.value
  return (
    <span class="aid">
      <button
        type="button"
        class="aid-switch"
        aria-pressed={bench.isSnapping.value}
        title="Catch vertices and edges of neighbours (S)"
        onClick={() => {
          bench.isSnapping.value = !bench.isSnapping.value
        }}
      >
        <Icon name="magnet" size={12} />
        snap {bench.isSnapping.value ? (modes.length ? modes.join(' ') : 'nothing') : 'off'}
      </button>
      <button
        ref={more}
        type="button"
        class="aid-switch"
        aria-label="What the pointer catches"
        title="What the pointer catches, and from how far"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chevron-up" size={12} />
      </button>
      {isOpen && (
        <Popover anchor={more.current!} label="What the pointer catches" onClose={() => setOpen(false)}>
          <SnapForm bench={bench} />
        </Popover>
      )}
    </span>
  )
}

function SnapForm({ bench }: PanelProps) {
  const aids = bench.aids.value
  return (
    <div class="aid-form">
      <Checkbox
        label="Snapping (S)"
        value={bench.isSnapping.value}
        onChange={(isOn) => {
          bench.isSnapping.value = isOn
        }}
      />
      <hr />
      {SNAP_MODES.map(({ mode, title }) => (
        <Checkbox
          key={mode}
          label={title}
          value={aids.modes.includes(mode)}
          disabled={!bench.isSnapping.value}
          onChange={() => {
            bench.aids.value = Aids.toggled(aids, mode)
          }}
        />
      ))}
      <hr />
      <Checkbox
        label="Topological editing (Shift+S)"
        value={aids.isTopological}
        onChange={(isTopological) => {
          bench.aids.value = { ...aids, isTopological }
        }}
      />
      <Checkbox
        label="Avoid overlap (Shift+A)"
        hint="A new polygon is cut back by those of its class."
        value={aids.isAvoiding}
        onChange={(isAvoiding) => {
          bench.aids.value = { ...aids, isAvoiding }
        }}
      />
      <hr />
      <Slider
        label="Reach"
        value={aids.tolerance}
        min={TOLERANCE_PX.least}
        max={TOLERANCE_PX.most}
        step={1}
        format={(px) => `${px} px`}
        onChange={(tolerance) => {
          bench.aids.value = { ...bench.aids.peek(), tolerance }
        }}
      />
    </div>
  )
}

/** Whether shared borders stay shared: in the status bar, beside snapping. */
export function TopologyButton({ bench }: PanelProps) {
  const { isTopological, isAvoiding } = bench.aids.value
  return (
    <button
      type="button"
      class="aid-switch"
      aria-pressed={isTopological}
      title="Topological editing: a border that objects share is moved, cut and mended for all of them (Shift+S)"
      onClick={() => {
        bench.aids.value = { ...bench.aids.peek(), isTopological: !isTopological }
      }}
    >
      <Icon name="link" size={12} />
      topology {isTopological ? 'on' : 'off'}
      {isAvoiding && ' · no overlap'}
    </button>
  )
}
