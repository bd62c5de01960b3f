import { Ground } from '../../math/ground'
import { Metric } from '../../math/metric'
import { SIDES, ToolSettings } from '../../tools/parts/settings'
import type { Stage } from '../../views/stage'
import { NumberField } from '../kit/field'
import type { PanelProps } from '../panel'
import { unitOf } from '../typed/unit'
import './tool-options.css'

/** What the tool at work is set to, over the map; nothing where it has nothing to be set. */
export function ToolOptions({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const { sets } = bench.tool.value
  const settings = bench.settings.value
  if (!sets) return null
  if (sets === 'sides')
    return (
      <section class="tool-options" aria-label="Settings of the tool">
        <NumberField
          label="Corners"
          value={settings.sides}
          min={SIDES.least}
          max={SIDES.most}
          step={1}
          onChange={(sides) => {
            if (sides !== null) bench.settings.value = ToolSettings.withSides(settings, sides)
          }}
        />
      </section>
    )
  const ground = stage.scale.ground.value
  const isPlane = stage.scale.metric.value === Metric.FLAT || !ground
  const metres = isPlane ? 1 : Ground.metresPerUnit(ground)
  return (
    <section class="tool-options" aria-label="Settings of the tool">
      <NumberField
        label={`Width, ${isPlane ? unitOf(stage) || 'units' : 'm'}`}
        value={settings.width === null ? null : Number((settings.width * metres).toPrecision(10))}
        placeholder="by the pointer"
        min={0}
        onChange={(width) => {
          bench.settings.value = { ...settings, width: width ? width / metres : null }
        }}
      />
    </section>
  )
}
