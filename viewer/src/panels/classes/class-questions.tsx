import type { Clash } from '../../model/class-merge'
import { Icon } from '../kit/icon'
import type { Looked } from './look-at-objects'

/** What becomes of objects that are there already, before the class is saved. */
export function EffectQuestion({ looked }: { readonly looked: Looked }) {
  const { effects, n, isWhole } = looked
  const isGrave = effects.some(({ kind }) => kind === 'refused')
  return (
    <section class="class-question" aria-label="What it means to objects">
      <p>
        <Icon name="warning" size={16} />
        {effects.length > 0
          ? 'Objects of this class do not all fit these settings:'
          : 'There are more objects of this class than can be looked at now; those seen fit.'}
      </p>
      <ul>
        {effects.map(({ kind, sentence, n: found }) => (
          <li key={sentence} data-kind={kind}>
            <span class="mono">{counted(found)}</span>
            <span>{sentence}</span>
          </li>
        ))}
      </ul>
      <p class="dim">
        {n === 1 ? 'One object was' : `${isWhole ? 'All' : 'The first'} ${counted(n)} objects were`} looked
        at, in every scene. Nothing of them is lost: they stay as they are, and values without an attribute
        stay listed in the inspector.
        {isGrave &&
          ' The server refuses other changes of those that do not fit, until their class or values are mended.'}
      </p>
    </section>
  )
}

/** What somebody else changed at the same time, beside what is to be saved. */
export function ClashQuestion({ clashes }: { readonly clashes: readonly Clash[] }) {
  return (
    <section class="class-question" aria-label="Two changes of one thing">
      <p>
        <Icon name="conflict" size={16} />
        Somebody else changed the same things of this class. Whose word counts? All else that either of you
        changed is kept.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Mine</th>
            <th scope="col">Theirs</th>
          </tr>
        </thead>
        <tbody>
          {clashes.map(({ what, mine, theirs }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{mine}</td>
              <td>{theirs}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function counted(n: number): string {
  return n.toLocaleString('en').replaceAll(',', '\u2009')
}
