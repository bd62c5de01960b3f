import { useSignal } from '@preact/signals'
import { Layer } from '../../model/paint'
import { Button } from '../kit/button'
import { Slider } from '../kit/slider'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'

/** How painted pixels become polygons. */
export interface VectoriseWish {
  /** How far borders may move, pixels. */
  readonly tolerance: number
  /** Pixels of the smallest patch that is outlined. */
  readonly minPixels: number
}

/** Turn what is painted into polygons of the view's frame, and tell how it went. */
export async function vectorise(bench: Workbench, layer: Layer, wish: VectoriseWish): Promise<void> {
  const { session, toasts, board } = bench
  const frame = bench.place.peek()?.frame.id
  if (!frame) return
  try {
    // strokes that are not stored yet belong to it
    if (!(await session.outbox.flushed())) {
      return toasts.tell('Some paint is not stored yet: try again when it is.')
    }
    const { tolerance, minPixels: min_pixels } = wish
    const begun = await session.api.vectorise(layer.id, { frame, tolerance, min_pixels, codes: null })
    board.receive(begun)
    const ended = await board.ended(begun.id)
    const result = ended.result as { readonly n: number; readonly n_small: number } | null
    if (ended.state !== 'done' || !result)
      return toasts.tell(ended.problem?.detail ?? 'The polygons were not made.')
    const small = result.n_small ? ` ${result.n_small.toLocaleString('en')} small patches were left out.` : ''
    toasts.ok(`${result.n.toLocaleString('en')} polygons were made of ${Layer.nameOf(layer)}.${small}`)
  } catch (error) {
    toasts.error(error)
  }
}

/** Asks how, and does it. */
export function VectoriseForm({ bench, layer }: PanelProps & { readonly layer: Layer }) {
  const tolerance = useSignal(0)
  const minPixels = useSignal(1)
  const isBusy = useSignal(false)
  return (
    <div class="paint-vectorise">
      <Slider
        label="Simplify borders"
        min={0}
        max={10}
        step={0.5}
        value={tolerance.value}
        format={(px) => (px ? `${px} px` : 'exact')}
        onChange={(px) => {
          tolerance.value = px
        }}
      />
      <Slider
        label="Smallest patch"
        min={1}
        max={500}
        step={1}
        value={minPixels.value}
        format={(n) => `${n} px`}
        onChange={(n) => {
          minPixels.value = n
        }}
      />
      <Button
        icon="polygon"
        isBusy={isBusy.value}
        disabled={layer.revision === 0}
        onClick={async () => {
          isBusy.value = true
          await vectorise(bench, layer, { tolerance: tolerance.value, minPixels: minPixels.value })
          isBusy.value = false
        }}
      >
        Make polygons
      </Button>
    </div>
  )
}
