import type { Commands } from '../help/commands'
import { Button } from '../kit/button'
import type { PanelProps } from '../panel'

interface ReviewButtonsProps extends PanelProps {
  readonly commands: Commands
}

/** Submitting what is done and reviewing what was submitted, with how much of either there is. */
export function ReviewButtons({ bench, commands }: ReviewButtonsProps) {
  const { session, reviewing } = bench
  const { draft = 0, rejected = 0, submitted = 0 } = session.states.value
  const isReader = session.actor.role === 'viewer'
  return (
    <>
      <Button
        isBusy={reviewing.isLoading.value}
        disabled={isReader}
        title={submitted ? `${submitted.toLocaleString('en')} wait for review` : 'Nothing waits for review'}
        onClick={() => void commands.run('review.start')}
      >
        Review{submitted > 0 && <span class="top-count mono">{short(submitted)}</span>}
      </Button>
      <Button
        kind="primary"
        disabled={isReader}
        title={`${draft.toLocaleString('en')} drafts, ${rejected.toLocaleString('en')} rejected`}
        onClick={() => void commands.run('review.submit')}
      >
        Submit
      </Button>
    </>
  )
}

function short(n: number): string {
  return n < 1000 ? String(n) : `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)}k`
}
