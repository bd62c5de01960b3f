import { tileUrl } from '../../api/tile'
import { NativeGrid } from '../../math/native-grid'
import { RasterStyle } from '../../raster/style'
import { Camera } from '../../views/camera'
import type { Stage } from '../../views/stage'
import type { Workbench } from '../workbench'

/** Longest side in CSS pixels. */
const SIDE = 116

interface MinimapProps {
  readonly bench: Workbench
  readonly stage: Stage
}

/** The whole raster with the part that is in sight; a click looks there. Gone while all of it is in sight. */
export function Minimap({ bench, stage }: MinimapProps) {
  const picture = bench.pictures.value.find(({ key }) => key === bench.active.value)
  if (!picture) return null
  const { pixel, affine } = picture.place
  const [width, height] = pixel.size
  const [unitX, unitY] = affine ? [affine.a, -affine.e] : [1, 1]
  const tall = unitY / unitX
  const scale = SIDE / Math.max(width, height * tall)
  const [left, top] = affine ? [affine.c, affine.f] : [0, 0]
  const sight = Camera.bounds(stage.view.camera.value)
  const x0 = ((sight[0] - left) / unitX) * scale
  const x1 = ((sight[2] - left) / unitX) * scale
  const [y0, y1] = affine
    ? [((top - sight[3]) / unitX) * scale, ((top - sight[1]) / unitX) * scale]
    : [sight[1] * scale, sight[3] * scale]
  const [w, h] = [width * scale, height * tall * scale]
  if (x0 <= 0 && y0 <= 0 && x1 >= w && y1 >= h) return null
  const { maxZoom } = NativeGrid.of(width, height)
  const side = 256 * 2 ** maxZoom * scale
  const look = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect()
    const [col, row] = [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale / tall]
    stage.view.look({ center: affine ? [left + col * unitX, top - row * unitY] : [col, row] })
  }
  // always the first picture: another style must ask the server for nothing
  const query = RasterStyle.query(RasterStyle.first(picture.info))
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: panning and zooming have keys of their own
    // biome-ignore lint/a11y/noStaticElementInteractions: likewise
    <div class="minimap" style={{ width: `${w}px`, height: `${h}px` }} onClick={look}>
      <img
        alt=""
        draggable={false}
        width={side}
        height={side * tall}
        src={tileUrl(picture.asset, picture.version, [0, 0, 0], 'webp', query)}
      />
      <span
        style={{
          left: `${Math.max(-1, x0)}px`,
          top: `${Math.max(-1, y0)}px`,
          width: `${Math.max(4, Math.min(w + 1, x1) - Math.max(-1, x0))}px`,
          height: `${Math.max(4, Math.min(h + 1, y1) - Math.max(-1, y0))}px`,
        }}
      />
    </div>
  )
}
