import type { Position } from '../../math/position'
import type { Annotation } from '../../model/annotation'
import type { Box, Geometry } from '../../model/geometry'
import { Ontology } from '../../model/ontology'
import { shapeOf } from '../../shapes'
import type { VertexRef } from '../../shapes/shape'
import { Border, type Grasp } from '../../tools/parts/border'
import { commitBorder } from '../../tools/parts/commit'
import type { Workbench } from '../workbench'
import { Draft } from './draft'
import { KeypointRows } from './keypoint-rows'

/** Vertices that are listed; a longer outline is edited on the map. */
const MOST_LISTED = 200

interface NumbersProps {
  readonly bench: Workbench
  readonly annotation: Annotation
  /** In the view frame. */
  readonly geometry: Geometry
}

/** The numbers of a geometry in the frame of the view, each to be typed over. Shown short, kept whole. */
export function Numbers({ bench, annotation, geometry }: NumbersProps) {
  const reshape = (message: string, made: Geometry | null) => {
    if (made) void bench.stage.peek()?.hand.reshape(message, [{ id: annotation.id, geometry: made }])
  }
  const digits = digitsOf(bench)
  if (geometry.kind === 'box')
    return <BoxNumbers box={geometry} digits={digits} onChange={(made) => reshape('Edit box', made)} />
  const skeleton = Ontology.get(bench.session.ontology.value, annotation.label)?.skeleton ?? null
  return (
    <>
      {geometry.kind === 'polyline' && (
        <fieldset class="numbers" aria-label="Band">
          <span>width</span>
          <NumberCell
            label="Width of the line"
            value={geometry.width ?? 0}
            digits={digits}
            onChange={(v) => v >= 0 && reshape('Edit width', { ...geometry, width: v || null })}
          />
        </fieldset>
      )}
      {geometry.kind === 'keypoints' && (
        <KeypointRows
          geometry={geometry}
          skeleton={skeleton}
          onChange={(made) => reshape('Change keypoint', made)}
        />
      )}
      <VertexNumbers
        geometry={geometry}
        digits={digits}
        onMove={(ref, to) => moveVertex(bench, { id: annotation.id, geometry, ref }, to)}
      />
    </>
  )
}

/** Move a vertex for all who share it, as a drag does. */
function moveVertex(bench: Workbench, grasp: Grasp, position: Position): void {
  const hand = bench.stage.peek()?.hand
  if (!hand) return
  void commitBorder(hand, 'Edit vertex', grasp, [Border.vertexOf(grasp)!, position], (held) =>
    Border.moveVertex(hand, held, { position, mark: null }),
  )
}

/** Return how many decimals tell a hundredth of a pixel apart. */
function digitsOf(bench: Workbench): number {
  const unit = bench.place.value?.affine?.a ?? 1
  return Math.max(2, Math.min(9, Math.ceil(2 - Math.log10(unit))))
}

interface NumberProps {
  readonly label: string
  readonly value: number
  readonly digits: number
  readonly onChange: (value: number) => void
}

function NumberCell({ label, value, digits, onChange }: NumberProps) {
  return (
    <Draft
      ids={{}}
      type="number"
      label={label}
      value={String(value)}
      shown={value.toFixed(digits)}
      onDone={(text) => {
        const typed = Number(text.replace(',', '.'))
        if (text !== '' && Number.isFinite(typed)) onChange(typed)
      }}
    />
  )
}

interface BoxNumbersProps {
  readonly box: Box
  readonly digits: number
  readonly onChange: (box: Box) => void
}

function BoxNumbers({ box, digits, onChange }: BoxNumbersProps) {
  const [x, y] = box.center
  const [length, width] = box.size
  const degrees = (box.angle * 180) / Math.PI
  return (
    <fieldset class="numbers" aria-label="Box">
      <span>center</span>
      <NumberCell
        label="Center x"
        value={x}
        digits={digits}
        onChange={(v) => onChange({ ...box, center: [v, y] })}
      />
      <NumberCell
        label="Center y"
        value={y}
        digits={digits}
        onChange={(v) => onChange({ ...box, center: [x, v] })}
      />
      <span>size</span>
      <NumberCell
        label="Length"
        value={length}
        digits={digits}
        onChange={(v) => v > 0 && onChange({ ...box, size: [v, width] })}
      />
      <NumberCell
        label="Width"
        value={width}
        digits={digits}
        onChange={(v) => v > 0 && onChange({ ...box, size: [length, v] })}
      />
      <span>angle °</span>
      <NumberCell
        label="Angle in degrees"
        value={degrees}
        digits={2}
        onChange={(v) => onChange({ ...box, angle: (v * Math.PI) / 180 })}
      />
    </fieldset>
  )
}

interface VertexNumbersProps {
  readonly geometry: Geometry
  readonly digits: number
  readonly onMove: (ref: VertexRef, to: Position) => void
}

function VertexNumbers({ geometry, digits, onMove }: VertexNumbersProps) {
  const shape = shapeOf(geometry)
  const chains = shape.chains(geometry)
  const n = chains.reduce((sum, chain) => sum + chain.path.length, 0)
  const isEditable = n > 0 && shape.moveVertex(geometry, { chain: 0, index: 0 }, chains[0]!.path[0]!) !== null
  if (!isEditable) return null
  if (n > MOST_LISTED) return <p class="dim inspector-origin">{n.toLocaleString('en')} vertices</p>
  const move = (chain: number, index: number, p: Position, x: number, y: number) => {
    const to: Position = p.length === 3 ? [x, y, p[2]] : [x, y]
    onMove({ chain, index }, to)
  }
  return (
    <details class="vertices" open={n <= 4}>
      <summary>{n === 1 ? 'Position' : `${n} vertices`}</summary>
      {chains.map((chain, c) => (
        <fieldset class="numbers" key={c} aria-label={chain.role}>
          {chain.path.map((p, i) => (
            <>
              <span class="mono">{chain.role === 'hole' ? `h${c}.${i + 1}` : i + 1}</span>
              <NumberCell
                label={`x of vertex ${i + 1}`}
                value={p[0]}
                digits={digits}
                onChange={(v) => move(c, i, p, v, p[1])}
              />
              <NumberCell
                label={`y of vertex ${i + 1}`}
                value={p[1]}
                digits={digits}
                onChange={(v) => move(c, i, p, p[0], v)}
              />
            </>
          ))}
        </fieldset>
      ))}
    </details>
  )
}
