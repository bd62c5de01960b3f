import { useState } from 'preact/hooks'
import type { MapFrame } from '../../model/scene'
import { shapeOf } from '../../shapes'
import { isClosed } from '../../shapes/shape'
import { Button } from '../kit/button'
import { Dialog } from '../kit/dialog'
import { NumberField, Select } from '../kit/field'
import type { Workbench } from '../workbench'
import { cellsOfPlan, type Extent, type GridPlan, MOST_CELLS, shapeOfPlan } from './plan'
import './cells.css'

const FIRST: GridPlan = { size: 1024, unit: 'pixel', extent: 'all' }

interface CellsDialogProps {
  readonly bench: Workbench
  readonly onClose: () => void
}

/** Cut the raster into cells that are worked through one after the other. */
export function CellsDialog({ bench, onClose }: CellsDialogProps) {
  const { session, toasts } = bench
  const { cells } = session
  const [plan, setPlan] = useState<GridPlan>(FIRST)
  const [isBusy, setBusy] = useState(false)
  const place = bench.place.value
  const shelved = bench.shelf.shelved.value.get(bench.active.value ?? '')
  const areas = chosenAreas(bench)
  const shape = place && plan.size > 0 ? shapeOfPlan(place, plan) : null
  const n = shape ? shape[0] * shape[1] : 0
  const problem = n > MOST_CELLS ? `${n.toLocaleString('en')} cells are too many: make them larger.` : null
  const there = cells.all.value.length
  const run = async (work: () => Promise<boolean>) => {
    setBusy(true)
    try {
      if (await work()) onClose()
    } catch (error) {
      toasts.error(error)
    } finally {
      setBusy(false)
    }
  }
  const make = async () => {
    const found = await cellsOfPlan(place!, plan, shelved!, areas)
    if (found.length) return cells.make(place!.frame.id, found)
    toasts.tell('No cell would be left: choose another extent.')
    return false
  }
  const canMake = place !== null && shelved !== undefined && n > 0 && problem === null
  return (
    <Dialog
      title="Work grid"
      width={420}
      isBusy={isBusy}
      onClose={onClose}
      onSubmit={() => canMake && void run(make)}
      footer={
        <>
          {there > 0 && (
            <Button kind="danger" onClick={() => void run(() => cells.remove())}>
              Remove the grid
            </Button>
          )}
          <span class="fill" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={!canMake} isBusy={isBusy}>
            {there ? 'Replace the grid' : 'Make the grid'}
          </Button>
        </>
      }
    >
      <div class="cells-form">
        <p class="dim">
          The raster is cut into cells. Each is untouched, started or complete; whoever takes one is seen in
          it by all others. G goes to the next unfinished cell, D says that one is complete.
        </p>
        <div class="cells-size">
          <NumberField
            label="Cell size"
            min={1}
            value={plan.size}
            error={problem}
            onChange={(size) => setPlan({ ...plan, size: size ?? 0 })}
          />
          <Select
            label="in"
            value={plan.unit}
            options={[
              { value: 'pixel', title: 'pixels of the raster' },
              ...(place?.affine
                ? [{ value: 'frame', title: `units of ${unitsOf(place.frame as MapFrame)}` }]
                : []),
            ]}
            onChange={(unit) => setPlan({ ...plan, unit: unit as GridPlan['unit'] })}
          />
        </div>
        <Select
          label="Where"
          value={plan.extent}
          options={[
            { value: 'all', title: 'All of the raster' },
            { value: 'valid', title: 'Where the raster has data' },
            {
              value: 'chosen',
              title: areas.length
                ? `On what is chosen (${areas.length})`
                : 'On what is chosen: choose areas first',
              disabled: areas.length === 0,
            },
          ]}
          onChange={(extent) => setPlan({ ...plan, extent: extent as Extent })}
        />
        <p aria-live="polite">
          {shape && `${shape[0]} × ${shape[1]} = ${n.toLocaleString('en')} cells`}
          {shape && plan.extent !== 'all' && ' at most'}
          {there > 0 && <span class="dim"> · {there.toLocaleString('en')} are there now, and go</span>}
        </p>
      </div>
    </Dialog>
  )
}

/** Return the chosen areas in the view frame. */
function chosenAreas(bench: Workbench) {
  const stage = bench.stage.value
  return bench.session.selection.ids.value.flatMap((id) => {
    const geometry = stage?.shown.get(id)?.geometry
    return geometry && shapeOf(geometry).chains(geometry).some(isClosed) ? [geometry] : []
  })
}

function unitsOf(frame: MapFrame): string {
  return frame.crs
}
