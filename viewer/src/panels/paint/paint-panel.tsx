import { Layer } from '../../model/paint'
import { newLayer } from '../../views/painter'
import { Checkbox, Select } from '../kit/field'
import type { PanelProps } from '../panel'
import { BrushOptions, PatchOptions, WandOptions } from './tool-options'
import './paint-panel.css'

const NEW = 'new'

/** Options of the tool that paints, over the map while it is at work. */
export function PaintPanel({ bench }: PanelProps) {
  const tool = bench.tool.value
  if (tool.group !== 'paint') return null
  const label = bench.session.chosen.value
  const isErasing = tool.id === 'eraser'
  return (
    <section class="paint-panel" aria-label={`${tool.title} options`}>
      <header>
        <span class="paint-swatch" style={{ background: isErasing ? 'transparent' : label?.color }} />
        <h2 class="ellipsis">{isErasing ? 'Erase' : (label?.title ?? 'No class yet')}</h2>
      </header>
      <Target bench={bench} />
      {(tool.id === 'brush' || isErasing) && <BrushOptions bench={bench} />}
      {tool.id === 'wand' && <WandOptions bench={bench} />}
      {tool.id === 'superpixels' && <PatchOptions bench={bench} />}
      {!isErasing && (
        <Checkbox
          label="Only unlabelled pixels"
          value={bench.painting.options.value.isOnlyUnlabelled}
          onChange={(isOnlyUnlabelled) => {
            bench.painting.options.value = { ...bench.painting.options.peek(), isOnlyUnlabelled }
          }}
        />
      )}
      <Locked bench={bench} />
    </section>
  )
}

/** The layer that is painted on. */
function Target({ bench }: PanelProps) {
  const { painting, session } = bench
  const target = painting.target.value
  const own = painting.layers.value.filter(({ asset }) => asset === bench.active.value)
  const options = own.map((layer) => ({ value: layer.id, title: Layer.nameOf(layer) }))
  return (
    <Select
      label="Layer"
      value={target?.id ?? NEW}
      options={[...options, { value: NEW, title: target ? 'New layer …' : 'New layer' }]}
      onChange={(id) => {
        const layer = own.find((one) => one.id === id)
        if (layer) return painting.aimAt(layer)
        const active = bench.active.peek()
        if (!active || !bench.place.peek()) return
        const made = newLayer(session, active, own.length ? `Painted classes ${own.length + 1}` : '')
        session.editor.putLayer(made)
        painting.aimAt(made)
      }}
    />
  )
}

/** Which classes are never painted over. */
function Locked({ bench }: PanelProps) {
  const locked = bench.session.guard.lockedClasses.value
  const classes = bench.session.ontology.value.classes.filter(({ slug }) => locked.has(slug))
  if (!classes.length) return null
  return <p class="paint-note">Stays as it is: {classes.map(({ title }) => title).join(', ')} (locked)</p>
}
