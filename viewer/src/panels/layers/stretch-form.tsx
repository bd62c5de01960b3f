import { RasterInfo } from '../../raster/info'
import { Shelved } from '../../raster/shelf'
import { PERCENTS } from '../../raster/statistics'
import type { Range, RasterStyle, Stretch, StretchRule } from '../../raster/style'
import { Select } from '../kit/field'
import { RangeSlider } from '../kit/range-slider'

interface StretchFormProps {
  readonly shelved: Shelved
  readonly info: RasterInfo
  readonly set: (change: Partial<RasterStyle>) => void
}

const SIGMAS = [1, 1.5, 2, 2.5, 3]
const TONES = ['red', 'green', 'blue'] as const

/** What is dark and what is bright: by a rule, of the whole file or of what is in sight, or by hand on the histogram. */
export function StretchForm({ shelved, info, set }: StretchFormProps) {
  const { style } = shelved
  const ranges = Shelved.ranges(shelved)
  if (!ranges) return <p class="dim">The values are being looked at…</p>
  const isThree = style.expression === null && style.bands.length === 3
  const statistics = Shelved.statistics(shelved)
  const follow = (change: Partial<Stretch>) => set({ range: [], stretch: { ...style.stretch, ...change } })
  return (
    <>
      <Rules style={style} isPhoto={isThree && RasterInfo.isPhoto(info, style.bands)} onChange={follow} />
      {ranges.map(([dark, bright], i) => {
        const histogram = statistics?.[i]?.histogram ?? null
        const isWhole = !Shelved.dtype(shelved, i).startsWith('float')
        return (
          <RangeSlider
            key={isThree ? TONES[i] : 'value'}
            label={isThree ? ['Red', 'Green', 'Blue'][i]! : 'Value'}
            low={dark}
            high={bright}
            min={histogram?.low ?? dark}
            max={histogram?.high ?? bright}
            {...(isWhole ? { step: 1 } : {})}
            {...(histogram ? { histogram: histogram.counts } : {})}
            {...(isThree ? { tone: TONES[i]! } : {})}
            onChange={(low, high) => high > low && set({ range: ranges.with(i, [low, high] as Range) })}
          />
        )
      })}
    </>
  )
}

interface RulesProps {
  readonly style: RasterStyle
  /** Bytes that are brightness: left as they are until a rule is chosen. */
  readonly isPhoto: boolean
  readonly onChange: (change: Partial<Stretch>) => void
}

function Rules({ style, isPhoto, onChange }: RulesProps) {
  const { stretch } = style
  const { percent, sigmas, scope } = stretch
  const ofAuto: StretchRule = isPhoto && scope === 'file' ? 'full' : 'percentile'
  const last = stretch.rule === 'auto' ? ofAuto : stretch.rule
  const rule = style.range.length ? null : last
  const rules: readonly (readonly [StretchRule, string, string])[] = [
    ['percentile', `${percent}–${100 - percent} %`, 'From a low to a high percentile'],
    ['sigma', `±${sigmas} σ`, 'Mean minus and plus some standard deviations'],
    ['minmax', 'Min–max', 'From the smallest to the largest value'],
    ['full', 'Type', 'All values that the data type can hold'],
  ]
  return (
    <div class="style-stretch">
      <fieldset class="style-rules" aria-label="Stretch">
        {rules.map(([name, title, hint]) => (
          <button
            key={name}
            type="button"
            title={hint}
            aria-pressed={rule === name}
            onClick={() => onChange({ rule: name })}
          >
            {title}
          </button>
        ))}
      </fieldset>
      <fieldset class="style-rules" aria-label="Values that count">
        {(['file', 'view'] as const).map((name) => (
          <button
            key={name}
            type="button"
            title={
              name === 'file'
                ? 'Of all values of the raster: the same wherever one looks'
                : 'Of what is in sight: anew whenever the view comes to rest'
            }
            aria-pressed={rule !== null && scope === name}
            onClick={() =>
              onChange({ scope: name, rule: rule === null || rule === 'full' ? 'percentile' : rule })
            }
          >
            {name === 'file' ? 'Whole file' : 'In sight'}
          </button>
        ))}
      </fieldset>
      {last === 'percentile' && (
        <Select
          label="Cut off at each end"
          value={String(percent)}
          options={PERCENTS.map((one) => ({ value: String(one), title: `${one} % of the pixels` }))}
          onChange={(value) => onChange({ rule: last, percent: Number(value) })}
        />
      )}
      {last === 'sigma' && (
        <Select
          label="Around the mean"
          value={String(sigmas)}
          options={SIGMAS.map((one) => ({ value: String(one), title: `${one} standard deviations` }))}
          onChange={(value) => onChange({ rule: last, sigmas: Number(value) })}
        />
      )}
    </div>
  )
}
