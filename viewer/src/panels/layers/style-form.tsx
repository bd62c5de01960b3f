import { useState } from 'preact/hooks'
import { ExpressionError, parse } from '../../raster/expression'
import { RasterInfo } from '../../raster/info'
import { namesOf } from '../../raster/material'
import { gradientOf, RAMPS } from '../../raster/ramp'
import { Shelved } from '../../raster/shelf'
import type { StretchRule } from '../../raster/statistics'
import { type Range, RasterStyle } from '../../raster/style'
import { Select, TextField } from '../kit/field'
import { RangeSlider, Slider } from '../kit/slider'
import type { Workbench } from '../workbench'

interface StyleFormProps {
  readonly bench: Workbench
  readonly shelved: Shelved
  readonly info: RasterInfo
}

const RULES: readonly (readonly [StretchRule, string, string])[] = [
  ['percentile', '2–98 %', 'From the 2nd to the 98th percentile'],
  ['sigma', '±2 σ', 'Mean minus and plus two standard deviations'],
  ['minmax', 'Min–max', 'From the smallest to the largest value'],
  ['full', 'Type', 'All values that the data type can hold'],
]

/** How a raster is drawn: which bands, what is dark and bright. Every change is drawn at once, without a request. */
export function StyleForm({ bench, shelved, info }: StyleFormProps) {
  const { style } = shelved
  const set = (change: Partial<RasterStyle>) => {
    bench.shelf.setStyle(shelved.asset, { ...style, ...change }).catch((error) => bench.toasts.error(error))
  }
  return (
    <>
      <Mode info={info} style={style} set={set} />
      {style.expression !== null ? (
        <ExpressionField info={info} style={style} set={set} />
      ) : (
        <BandChoice info={info} style={style} set={set} />
      )}
      {RasterStyle.isSingle(style) && <Ramp style={style} set={set} />}
      <Stretch shelved={shelved} info={info} set={set} />
      <Slider
        label="Gamma"
        min={0.2}
        max={3}
        step={0.05}
        value={style.gamma}
        format={(v) => v.toFixed(2)}
        onChange={(gamma) => set({ gamma })}
      />
      <Slider
        label="Opacity"
        min={0}
        max={1}
        step={0.05}
        value={shelved.opacity}
        format={(v) => `${Math.round(v * 100)} %`}
        onChange={(opacity) => bench.shelf.setOpacity(shelved.asset, opacity)}
      />
    </>
  )
}

interface PartProps {
  readonly style: RasterStyle
  readonly set: (change: Partial<RasterStyle>) => void
}

/** Presets, three bands, one band, or an expression. */
function Mode({ info, style, set }: PartProps & { readonly info: RasterInfo }) {
  const bands = RasterInfo.valueBands(info).map((band) => band.index)
  const preset = info.presets.find(
    (p) =>
      (p.expression ?? null) === style.expression &&
      (p.expression !== null || p.bands.join() === style.bands.join()),
  )
  const value = preset
    ? `preset ${preset.name}`
    : style.expression !== null
      ? 'expression'
      : style.bands.length === 3
        ? 'three'
        : 'one'
  const options = [
    ...info.presets.map((p) => ({ value: `preset ${p.name}`, title: p.title })),
    ...(bands.length > 1 ? [{ value: 'three', title: 'Three bands' }] : []),
    { value: 'one', title: 'One band' },
    ...(bands.length > 1 ? [{ value: 'expression', title: 'Expression' }] : []),
  ]
  const choose = (to: string) => {
    const chosen = info.presets.find((p) => `preset ${p.name}` === to)
    if (chosen?.expression)
      set({ expression: chosen.expression, bands: [], range: [], colormap: style.colormap ?? 'rdylgn' })
    else if (chosen) set({ expression: null, bands: chosen.bands, range: [] })
    else if (to === 'three')
      set({
        expression: null,
        bands: [0, 1, 2].map((i) => info.rgb[i] ?? bands[i % bands.length]!),
        range: [],
      })
    else if (to === 'one') set({ expression: null, bands: [style.bands[0] ?? bands[0]!], range: [] })
    else
      set({
        expression: `(b${bands[1]}-b${bands[0]})/(b${bands[1]}+b${bands[0]})`,
        bands: [],
        range: [],
        colormap: style.colormap ?? 'rdylgn',
      })
  }
  return <Select label="Show" value={value} options={options} onChange={choose} />
}

function BandChoice({ info, style, set }: PartProps & { readonly info: RasterInfo }) {
  const options = RasterInfo.valueBands(info).map((band) => ({
    value: String(band.index),
    title:
      band.description && band.description !== band.name
        ? `${band.index} · ${band.name} · ${band.description}`
        : `${band.index} · ${band.name}`,
  }))
  const names = style.bands.length === 3 ? ['Red', 'Green', 'Blue'] : ['Band']
  return (
    <div class="style-bands">
      {names.map((name, i) => (
        <Select
          key={name}
          label={name}
          value={String(style.bands[i] ?? '')}
          options={options}
          onChange={(value) => {
            const range = style.range.length ? style.range.toSpliced(i, 1) : []
            set({
              bands: style.bands.with(i, Number(value)),
              range: range.length === style.bands.length ? range : [],
            })
          }}
        />
      ))}
    </div>
  )
}

function ExpressionField({ info, style, set }: PartProps & { readonly info: RasterInfo }) {
  const [text, setText] = useState(style.expression ?? '')
  const [seen, setSeen] = useState(style.expression)
  if (seen !== style.expression) {
    setSeen(style.expression)
    setText(style.expression ?? '')
  }
  let error: string | null = null
  try {
    parse(text, namesOf(info))
  } catch (failure) {
    if (!(failure instanceof ExpressionError)) throw failure
    error = failure.message
  }
  return (
    <TextField
      label="Expression"
      value={text}
      error={error}
      hint="Bands are b1, b2, …; + - * / ** < > & | and abs, sqrt, min, max, clip, where"
      onChange={(to) => {
        setText(to)
        try {
          parse(to, namesOf(info))
          set({ expression: to, range: [] })
        } catch {
          // shown beside the field; the picture stays as it was
        }
      }}
    />
  )
}

function Ramp({ style, set }: PartProps) {
  const ramp = style.colormap ?? 'gray'
  return (
    <div class="style-ramp">
      <Select
        label="Colours"
        value={ramp}
        options={RAMPS.map((name) => ({ value: name, title: name }))}
        onChange={(value) => set({ colormap: value === 'gray' ? null : value })}
      />
      <span class="style-gradient" style={{ background: gradientOf(ramp) }} />
    </div>
  )
}

interface StretchProps {
  readonly shelved: Shelved
  readonly info: RasterInfo
  readonly set: (change: Partial<RasterStyle>) => void
}

function Stretch({ shelved, info, set }: StretchProps) {
  const { style, statistics } = shelved
  const ranges = Shelved.ranges(shelved)
  if (!ranges) return <p class="dim">The values are being looked at…</p>
  const names =
    style.expression !== null ? ['Value'] : style.bands.length === 3 ? ['Red', 'Green', 'Blue'] : ['Value']
  const change = (i: number, to: Range) => set({ range: ranges.with(i, to) })
  return (
    <>
      {style.expression === null && (
        <fieldset class="style-rules" aria-label="Stretch">
          {RULES.map(([rule, title, hint]) => (
            <button
              key={rule}
              type="button"
              title={hint}
              aria-pressed={Shelved.rangesBy(shelved, rule)?.join() === ranges.join()}
              onClick={() => set({ range: Shelved.rangesBy(shelved, rule) ?? [] })}
            >
              {title}
            </button>
          ))}
        </fieldset>
      )}
      {ranges.map(([dark, bright], i) => {
        const band =
          style.expression === null ? (statistics?.find((s) => s.band === style.bands[i]) ?? null) : null
        const histogram = band?.histogram ?? null
        const dtype = info.bands[(style.bands[i] ?? 1) - 1]?.dtype
        return (
          <RangeSlider
            key={names[i]}
            label={names[i]!}
            low={dark}
            high={bright}
            min={Math.min(histogram?.low ?? dark, dark)}
            max={Math.max(histogram?.high ?? bright, bright)}
            {...(dtype?.startsWith('float') || style.expression !== null ? {} : { step: 1 })}
            {...(histogram ? { histogram: histogram.counts } : {})}
            onChange={(low, high) => high > low && change(i, [low, high])}
          />
        )
      })}
    </>
  )
}
