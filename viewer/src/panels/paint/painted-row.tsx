import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Ontology } from '../../model/ontology'
import { Layer } from '../../model/paint'
import { Scene } from '../../model/scene'
import { Draft } from '../inspector/draft'
import { IconButton } from '../kit/button'
import { Field } from '../kit/field'
import { Icon } from '../kit/icon'
import { Slider } from '../kit/slider'
import { Eye, Opener } from '../layers/row'
import type { PanelProps } from '../panel'
import type { Workbench } from '../workbench'
import { VectoriseForm } from './vectorise-form'

/** A painted layer in the list of layers: show, aim at, look, rename, count, delete. */
export function PaintedRow({ bench, layer }: PanelProps & { readonly layer: Layer }) {
  const isOpen = useSignal(false)
  const { painting, session } = bench
  const name = Layer.nameOf(layer)
  const look = painting.lookOf(layer.id)
  const place = Scene.viewFrame(session.scene.value, layer.asset)
  const isElsewhere = place?.frame.id !== bench.place.value?.frame.id
  const isTarget = painting.target.value?.id === layer.id
  return (
    <li>
      <div class="layer-row" data-active={isTarget || undefined}>
        <Eye
          isVisible={look.isVisible && !isElsewhere}
          name={name}
          disabled={isElsewhere}
          onToggle={() => painting.look(layer.id, { isVisible: !look.isVisible })}
        />
        <Icon name="brush" size={14} title={isTarget ? 'Painted on now' : 'Painted pixels'} />
        <Opener isOpen={isOpen.value} onToggle={() => (isOpen.value = !isOpen.value)}>
          {name}
        </Opener>
        <span class="layer-note">{isElsewhere ? 'other frame' : isTarget ? 'painted on' : ''}</span>
        <IconButton
          icon="trash"
          size={22}
          label={`Delete ${name}`}
          disabled={layer.revision === 0}
          onClick={() => {
            session.editor.removeLayer(layer)
            bench.toasts.tell(`${name} was deleted. Undo brings it back.`)
          }}
        />
      </div>
      {isOpen.value && (
        <div class="layer-body">
          <Slider
            label="Opacity"
            min={0}
            max={1}
            step={0.05}
            value={look.opacity}
            format={(v) => `${Math.round(v * 100)} %`}
            onChange={(opacity) => painting.look(layer.id, { opacity })}
          />
          <Field label="Name">
            {(ids) => (
              <Draft
                ids={ids}
                type="text"
                value={layer.title}
                placeholder={name}
                onDone={(title) => session.editor.putLayer({ ...layer, title })}
              />
            )}
          </Field>
          <PixelCounts bench={bench} layer={layer} />
          <VectoriseForm bench={bench} layer={layer} />
        </div>
      )}
    </li>
  )
}

/** How many pixels there are of each class. */
function PixelCounts({ bench, layer }: { readonly bench: Workbench; readonly layer: Layer }) {
  const { session } = bench
  const pixels = useSignal<{ readonly [code: string]: number } | null>(null)
  const revision = session.revision.value
  useEffect(() => {
    if (layer.revision === 0) return
    let isLate = false
    // one question after many strokes
    const timer = setTimeout(async () => {
      const found = await session.api.layerCounts(layer.id).catch(() => null)
      if (!isLate && found) pixels.value = found.pixels
    }, 300)
    return () => {
      isLate = true
      clearTimeout(timer)
    }
  }, [session, layer.id, layer.revision, revision])
  const rows = Object.entries(pixels.value ?? {})
  if (!pixels.value) return null
  if (!rows.length) return <p class="dim">Nothing is painted yet: take the brush (M).</p>
  return (
    <dl class="paint-counts" aria-label="Pixels of each class">
      {rows.map(([code, n]) => {
        const label = Ontology.ofCode(session.ontology.value, Number(code))
        return (
          <div key={code}>
            <dt>
              <span class="paint-swatch" style={{ background: label?.color }} />
              {label?.title ?? `code ${code}`}
            </dt>
            <dd class="mono">{n.toLocaleString('en')} px</dd>
          </div>
        )
      })}
    </dl>
  )
}
