import type { Keypoints } from '../../model/geometry'
import type { LabelClass } from '../../model/ontology'
import { KeypointState } from '../../shapes/keypoint-state'
import { Select } from '../kit/field'

const STATES: readonly { readonly value: KeypointState; readonly title: string }[] = [
  { value: 'visible', title: 'visible' },
  { value: 'occluded', title: 'occluded' },
  { value: 'absent', title: 'absent' },
]

interface KeypointRowsProps {
  readonly geometry: Keypoints
  readonly skeleton: LabelClass['skeleton']
  readonly onChange: (made: Keypoints | null) => void
}

/** What is to be seen of each keypoint. */
export function KeypointRows({ geometry, skeleton, onChange }: KeypointRowsProps) {
  return (
    <fieldset class="keypoint-rows" aria-label="Keypoints">
      {geometry.points.map((point, i) => (
        <>
          <span class="ellipsis" title={point.name}>
            {point.name}
          </span>
          <Select
            key={point.name}
            name={`State of ${point.name}`}
            value={KeypointState.of(point)}
            options={STATES}
            onChange={(state) => onChange(KeypointState.with(geometry, i, state as KeypointState, skeleton))}
          />
        </>
      ))}
    </fieldset>
  )
}
