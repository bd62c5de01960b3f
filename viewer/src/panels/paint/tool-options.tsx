import { BRUSH, type PaintOptions } from '../../tools/parts/paint'
import { Checkbox } from '../kit/field'
import { Slider } from '../kit/slider'
import type { PanelProps } from '../panel'

/** Return the options, and what changes some of them. */
function optionsOf({ bench }: PanelProps) {
  const { options } = bench.painting
  const set = (change: Partial<PaintOptions>) => {
    options.value = { ...options.peek(), ...change }
  }
  return [options.value, set] as const
}

/** How wide a brush is, and its tip. */
export function BrushOptions({ bench }: PanelProps) {
  const [{ size, tip }, set] = optionsOf({ bench })
  return (
    <>
      <Slider
        label="Size"
        // the first half of the way is for narrow brushes
        value={Math.log(size)}
        min={Math.log(BRUSH.least)}
        max={Math.log(BRUSH.most)}
        step={0.01}
        format={(at) => `${Math.round(Math.exp(at))} px`}
        onChange={(at) => set({ size: Math.round(Math.exp(at)) })}
      />
      <Choice
        label="Tip"
        value={tip}
        options={[
          ['round', 'Round'],
          ['square', 'Square'],
        ]}
        onChange={(next) => set({ tip: next })}
      />
    </>
  )
}

/** What the wand takes for alike. */
export function WandOptions({ bench }: PanelProps) {
  const [{ tolerance, isContiguous, neighbours }, set] = optionsOf({ bench })
  return (
    <>
      <Slider
        label="Tolerance"
        value={tolerance}
        min={0}
        max={100}
        step={1}
        format={(percent) => `${percent} %`}
        onChange={(next) => set({ tolerance: next })}
      />
      <Checkbox
        label="Only joined pixels"
        value={isContiguous}
        onChange={(next) => set({ isContiguous: next })}
      />
      {isContiguous && (
        <Choice
          label="Joined by"
          value={neighbours === 8 ? '8' : '4'}
          options={[
            ['4', 'Edges'],
            ['8', 'Corners'],
          ]}
          onChange={(next) => set({ neighbours: next === '8' ? 8 : 4 })}
        />
      )}
    </>
  )
}

/** How pixels are grouped. */
export function PatchOptions({ bench }: PanelProps) {
  const [{ patch, compactness }, set] = optionsOf({ bench })
  const refresh = () => bench.stage.peek()?.refreshTool()
  return (
    <>
      <Slider
        label="Size"
        value={patch}
        min={8}
        max={400}
        step={1}
        format={(px) => `${px} px`}
        onChange={(next) => {
          set({ patch: next })
          refresh()
        }}
      />
      <Slider
        label="Compactness"
        value={compactness}
        min={1}
        max={40}
        step={1}
        onChange={(next) => {
          set({ compactness: next })
          refresh()
        }}
      />
    </>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [value: T, title: string])[]
  readonly onChange: (value: T) => void
}

/** One of a few, side by side. */
function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="paint-choice">
      <legend>{label}</legend>
      {options.map(([option, title]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {title}
        </button>
      ))}
    </fieldset>
  )
}
