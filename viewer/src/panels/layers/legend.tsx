import { ticksOf } from '../../math/ticks'
import { colorsOf } from '../../raster/ramp'
import { Shelved } from '../../raster/shelf'
import { RasterStyle } from '../../raster/style'
import type { PanelProps } from '../panel'
import './legend.css'

/** What the colours of the raster that is worked on mean; not there for photos and pure light and shade. */
export function Legend({ bench }: PanelProps) {
  const shelved = bench.active.value ? bench.shelf.shelved.value.get(bench.active.value) : undefined
  const info = shelved?.facts?.info
  const range = shelved && Shelved.ranges(shelved)?.[0]
  if (!shelved || !info || !range || !shelved.isVisible) return null
  const { style } = shelved
  const isPureLight = style.shade !== null && !style.colormap
  const isPalette = info.palette !== null && !style.colormap && !style.range.length
  if (!RasterStyle.isSingle(style) || isPureLight || isPalette) return null
  const band = style.expression === null ? info.bands[style.bands[0]! - 1] : undefined
  const physical = (value: number) => value * (band?.scale ?? 1) + (band?.offset ?? 0)
  const [low, high] = [physical(range[0]), physical(range[1])]
  const ticks = ticksOf(low, high)
  const digits = Math.max(0, -Math.floor(Math.log10(Math.abs(ticks[1]! - ticks[0]!) || 1)))
  const title = RasterStyle.titleOf(style, info)
  return (
    <figure class="legend" aria-label={`Legend: ${title}`}>
      <figcaption>
        {title}
        {band?.unit && <span class="dim"> in {band.unit}</span>}
      </figcaption>
      <span class="legend-ramp" style={{ background: gradient(style) }} />
      <span class="legend-ticks mono">
        {ticks.map((tick) => (
          <span key={tick} style={{ left: `${(100 * (tick - low)) / (high - low)}%` }}>
            {tick.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })}
          </span>
        ))}
      </span>
    </figure>
  )
}

/** Return the colours from dark to bright as the map has them, gamma and all. */
function gradient({ colormap, gamma, contrast, brightness }: RasterStyle): string {
  const colors = colorsOf(colormap ?? 'gray')
  const stops = Array.from({ length: 33 }, (_, i) => {
    const driven = ((i / 32) ** (1 / gamma) - 0.5) * contrast + 0.5 + brightness
    return colors[Math.round(255 * Math.max(0, Math.min(1, driven)))]!
  })
  return `linear-gradient(90deg, ${stops.join(', ')})`
}
