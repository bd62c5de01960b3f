import { useState } from 'preact/hooks'
import { ExpressionError, parse } from '../../raster/expression'
import { RasterInfo } from '../../raster/info'
import { BLENDS, type Blend } from '../../raster/look'
import { namesOf } from '../../raster/material'
import { gradientOf, RAMPS } from '../../raster/ramp'
import { SECOND, type Shelved } from '../../raster/shelf'
import { RasterStyle } from '../../raster/style'
import { marginFor } from '../../raster/texture'
import { Button } from '../kit/button'
import { Select, TextField } from '../kit/field'
import { Slider } from '../kit/slider'
import type { Workbench } from '../workbench'
import { ShadeForm } from './shade-form'
import { StretchForm } from './stretch-form'

interface StyleFormProps {
  readonly bench: Workbench
  readonly shelved: Shelved
  readonly info: RasterInfo
}

/** How a raster is drawn: which bands, what is dark and bright. Every change is drawn at once, without a request. */
export function StyleForm({ bench, shelved, info }: StyleFormProps) {
  const { style } = shelved
  const set = (change: Partial<RasterStyle>) => {
    bench.shelf.setStyle(shelved.key, { ...style, ...change }).catch((error) => bench.toasts.error(error))
  }
  const isSingle = RasterStyle.isSingle(style)
  return (
    <>
      <Mode info={info} style={style} set={set} />
      {style.expression !== null ? (
        <ExpressionField info={info} style={style} set={set} />
      ) : (
        <BandChoice info={info} style={style} set={set} />
      )}
      {isSingle && <Ramp style={style} set={set} />}
      {isSingle && marginFor(info) > 0 && <ShadeForm style={style} set={set} />}
      {!(isSingle && style.shade && !style.colormap) && (
        <>
          <StretchForm shelved={shelved} info={info} set={set} />
          <Tone style={style} set={set} />
        </>
      )}
      {!shelved.key.startsWith(SECOND) && <Layering bench={bench} shelved={shelved} />}
    </>
  )
}

/** Gamma, contrast and brightness. */
function Tone({ style, set }: PartProps) {
  const isPlain = style.gamma === 1 && style.contrast === 1 && style.brightness === 0
  return (
    <>
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
        label="Contrast"
        min={0.25}
        max={3}
        step={0.05}
        value={style.contrast}
        format={(v) => v.toFixed(2)}
        onChange={(contrast) => set({ contrast })}
      />
      <Slider
        label="Brightness"
        min={-1}
        max={1}
        step={0.02}
        value={style.brightness}
        format={(v) => v.toFixed(2)}
        onChange={(brightness) => set({ brightness })}
      />
      {!isPlain && (
        <Button icon="undo" onClick={() => set({ gamma: 1, contrast: 1, brightness: 0 })}>
          Gamma, contrast, brightness as they were
        </Button>
      )}
    </>
  )
}

/** How a raster lies over those under it. */
function Layering({ bench, shelved }: { readonly bench: Workbench; readonly shelved: Shelved }) {
  const { shelf } = bench
  return (
    <>
      <Slider
        label="Opacity"
        min={0}
        max={1}
        step={0.05}
        value={shelved.opacity}
        format={(v) => `${Math.round(v * 100)} %`}
        onChange={(opacity) => shelf.setLook(shelved.key, { opacity })}
      />
      <Select
        label="Over the layers under it"
        value={shelved.blend}
        options={BLENDS.map((blend) => ({ value: blend, title: BLEND_TITLES[blend] }))}
        onChange={(blend) => shelf.setLook(shelved.key, { blend: blend as Blend })}
      />
    </>
  )
}

const BLEND_TITLES: Readonly<Record<Blend, string>> = {
  normal: 'Normal: covers them',
  multiply: 'Multiply: darkens, for a hillshade',
  screen: 'Screen: brightens',
  overlay: 'Overlay: more contrast',
  darken: 'Darken: the darker of both',
  lighten: 'Lighten: the lighter of both',
  difference: 'Difference: what has changed',
}

/** What the parts of the form get. */
export interface PartProps {
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
