import { Asset, Scene } from '../../model/scene'
import { SECOND } from '../../raster/shelf'
import { Select } from '../kit/field'
import { placeHere } from '../layers/pictures'
import { StyleForm } from '../layers/style-form'
import type { PanelProps } from '../panel'
import './compare.css'

/** What is seen on the right while two looks are compared. Not there while nothing is. */
export function CompareForm({ bench }: PanelProps) {
  const { comparison, session, shelf, order } = bench
  const key = comparison.right.value
  const shelved = key === null ? null : shelf.shelved.value.get(key)
  if (!key || !shelved) return null
  const here = order.ids.value.filter((id) => placeHere(bench, id)).toReversed()
  const options = here.flatMap((id) => {
    const name = Asset.nameOf(Scene.asset(session.scene.value, id)!)
    const second = { value: `${SECOND}${id}`, title: `${name}, a second look` }
    return id === bench.active.value ? [second] : [{ value: id, title: name }, second]
  })
  const info = shelved.facts?.info
  return (
    <section class="compare-form" aria-label="Compared with">
      <Select
        label="On the right"
        value={key}
        options={options}
        onChange={(value) =>
          value.startsWith(SECOND)
            ? comparison.choose(value.slice(SECOND.length), true)
            : comparison.choose(value, false)
        }
      />
      {info && (
        <details class="layer-facts">
          <summary>How it is drawn</summary>
          <div class="compare-style">
            <StyleForm bench={bench} shelved={shelved} info={info} />
          </div>
        </details>
      )}
    </section>
  )
}
