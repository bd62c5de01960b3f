import { RasterStyle, type Shade } from '../../raster/style'
import { Checkbox } from '../kit/field'
import { Slider } from '../kit/slider'
import type { PartProps } from './style-form'

/** Light and shade of heights: where the light comes from, and how steep the ground is made. */
export function ShadeForm({ style, set }: PartProps) {
  const { shade } = style
  const change = (to: Partial<Shade>) => set({ shade: { ...(shade ?? RasterStyle.LIGHT), ...to } })
  return (
    <div class="style-shade">
      <Checkbox
        label="Hillshade"
        hint={shade ? undefined : 'Light and shade of heights; with colours, they are shaded'}
        value={shade !== null}
        onChange={(isOn) => set({ shade: isOn ? RasterStyle.LIGHT : null })}
      />
      {shade && (
        <>
          <Slider
            label="Light from"
            min={0}
            max={355}
            step={5}
            value={shade.azimuth}
            format={(v) => `${v}° ${windOf(v)}`}
            onChange={(azimuth) => change({ azimuth })}
          />
          <Slider
            label="Height of the light"
            min={5}
            max={90}
            step={1}
            value={shade.altitude}
            format={(v) => `${v}°`}
            onChange={(altitude) => change({ altitude })}
          />
          <Slider
            label="Exaggeration"
            min={-1}
            max={1.5}
            step={0.05}
            value={Math.log10(shade.zFactor)}
            format={() => `${Number(shade.zFactor.toPrecision(2))} ×`}
            onChange={(power) => change({ zFactor: Number((10 ** power).toPrecision(3)) })}
          />
        </>
      )}
    </div>
  )
}

const WINDS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW']

function windOf(azimuth: number): string {
  return WINDS[Math.round(azimuth / 45) % 8]!
}
