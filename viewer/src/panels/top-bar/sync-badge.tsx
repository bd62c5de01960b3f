import type { SyncState } from '../../document/outbox'
import { Icon, type IconName } from '../kit/icon'
import type { PanelProps } from '../panel'

interface Look {
  readonly icon: IconName
  readonly text: string
  readonly tip: string
}

/** Whether the work is safe: always in sight. */
export function SyncBadge({ bench }: PanelProps) {
  const state = bench.session.outbox.state.value
  const { icon, text, tip } = lookOf(state)
  return (
    <>
      <RefusedBadge bench={bench} />
      <button
        type="button"
        class="sync"
        data-state={state.kind}
        title={tip}
        onClick={() => bench.session.outbox.wake()}
      >
        <Icon name={icon} size={14} />
        <span role="status">{text}</span>
      </button>
    </>
  )
}

/** Work that the server would not take waits for a decision. */
function RefusedBadge({ bench }: PanelProps) {
  const n = bench.session.refusals.all.value.length
  if (!n) return null
  return (
    <button
      type="button"
      class="sync-refused"
      title="The server would not take it. It is kept: look what can be done."
      onClick={() => {
        bench.open.value = 'refused'
      }}
    >
      <Icon name="warning" size={14} />
      {n} refused
    </button>
  )
}

function lookOf(state: SyncState): Look {
  switch (state.kind) {
    case 'saved': {
      const at = state.at?.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
      return {
        icon: 'cloud-check',
        text: at ? `saved ${at}` : 'saved',
        tip: 'Everything you did is stored on the server.',
      }
    }
    case 'saving':
      return {
        icon: 'cloud',
        text: 'saving…',
        tip: `${state.n} ${state.n === 1 ? 'change is' : 'changes are'} on the way.`,
      }
    case 'offline':
      return {
        icon: 'cloud-off',
        text: state.n ? `offline · ${state.n} waiting` : 'offline',
        tip: 'The server cannot be reached. Your work is kept in this browser and sent as soon as it can be. Click to try now.',
      }
    case 'conflict':
      return {
        icon: 'conflict',
        text: 'conflict',
        tip: 'Somebody changed the same object. Choose which version stays.',
      }
  }
}
