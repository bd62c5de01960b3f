import { IconButton } from '../kit/button'
import type { PanelProps } from '../panel'

/** Two ways to compare what is shown with another date or another look. */
export function CompareButtons({ bench }: PanelProps) {
  const { comparison } = bench
  return (
    <fieldset class="compare-buttons" aria-label="Compare">
      <IconButton
        icon="swipe"
        label="Compare: swipe between two looks"
        isOn={comparison.mode.value === 'swipe'}
        onClick={() => comparison.toggle('swipe')}
      />
      <IconButton
        icon="beside"
        label="Compare: two looks side by side"
        isOn={comparison.mode.value === 'beside'}
        onClick={() => comparison.toggle('beside')}
      />
    </fieldset>
  )
}
