import { computed, type Signal, signal } from '@preact/signals'
import { Problem, sentenceOf } from '../../api/problem'
import type { Session } from '../../document/session'
import { ClassDraft, type DraftProblems, type FieldProblem } from '../../model/class-draft'
import { isNarrowing } from '../../model/class-effect'
import { type Clash, mergedClass, type Winner } from '../../model/class-merge'
import type { Attribute, LabelClass } from '../../model/ontology'
import type { ClassOpen } from '../workbench'
import { type Looked, lookAtObjects } from './look-at-objects'
import { TAKEN_KEYS } from './taken-keys'

/** What stands between the person and the saved class. */
export type Step =
  | { readonly kind: 'edit' | 'leaving' | 'looking' | 'saving' }
  | { readonly kind: 'effects'; readonly looked: Looked }
  | { readonly kind: 'clash'; readonly clashes: readonly Clash[] }

/** Somebody else changed the same things of the class. */
class ClassClash extends Error {
  override readonly name = 'ClassClash'

  constructor(readonly clashes: readonly Clash[]) {
    super('Somebody else changed the same things of this class.')
  }
}

const NONE: DraftProblems = { fields: {}, attributes: new Map() }

/** The settings of one class from the opening of the dialog to the saved class. */
export class ClassEdit {
  readonly draft: Signal<ClassDraft>
  readonly tab: Signal<ClassOpen['tab']>
  /** Id of the attribute that is shown. */
  readonly chosen: Signal<number | null>
  readonly step = signal<Step>({ kind: 'edit' })
  readonly error = signal<string | null>(null)
  /** Counts the wishes to put the cursor into the first field that does not do. */
  readonly wanted = signal(0)
  readonly isChanged = computed(() => ClassDraft.isChanged(this.draft.value))
  readonly isBusy = computed(() => this.step.value.kind === 'looking' || this.step.value.kind === 'saving')
  readonly #session: Session
  /** Found here; gaps are told only once the person has tried to save. */
  readonly #own = computed(() =>
    ClassDraft.problems(this.draft.value, this.#session.ontology.value, TAKEN_KEYS),
  )
  /** Found by the server, in the draft as it was sent. */
  readonly #refused = signal<{ readonly draft: ClassDraft; readonly problems: DraftProblems } | null>(null)
  readonly #areGapsTold = signal(false)
  #giveUp = new AbortController()

  constructor(session: Session, label: LabelClass, tab: ClassOpen['tab']) {
    this.#session = session
    this.draft = signal(ClassDraft.of(label))
    this.tab = signal(tab)
    this.chosen = signal(this.draft.peek().attributes[0]?.id ?? null)
  }

  /** Return why a field of the class does not do; null where it does. */
  problemOf(field: keyof LabelClass): string | null {
    return this.#told(this.#own.value.fields[field]) ?? this.#told(this.#refusals().fields[field])
  }

  /** Return why a field of an attribute does not do. */
  problemOfAttribute(id: number, field: keyof Attribute): string | null {
    const [own, refused] = [this.#own.value.attributes.get(id), this.#refusals().attributes.get(id)]
    return this.#told(own?.[field]) ?? this.#told(refused?.[field])
  }

  /** Say whether anything of an attribute does not do. */
  hasProblem(id: number): boolean {
    const all = [this.#own.value, this.#refusals()].flatMap(({ attributes }) =>
      Object.values(attributes.get(id) ?? {}),
    )
    return all.some((problem) => this.#told(problem) !== null)
  }

  /** Set fields of the class. */
  set(update: Parameters<typeof ClassDraft.with>[1]): void {
    this.#change(ClassDraft.with(this.draft.peek(), update))
  }

  /** Set fields of an attribute. */
  setAttribute(id: number, update: Partial<Attribute>): void {
    this.#change(ClassDraft.changed(this.draft.peek(), id, update))
  }

  /** Add an attribute behind the chosen one and choose it. */
  add(): void {
    const [next, id] = ClassDraft.added(this.draft.peek(), this.chosen.peek())
    this.#change(next)
    this.chosen.value = id
  }

  /** Take the chosen attribute away and choose the one beside it. */
  remove(): void {
    const { attributes } = this.draft.peek()
    const at = attributes.findIndex((a) => a.id === this.chosen.peek())
    if (at < 0) return
    this.#change(ClassDraft.removed(this.draft.peek(), attributes[at]!.id))
    this.chosen.value = (attributes[at + 1] ?? attributes[at - 1])?.id ?? null
  }

  /** Bring back an attribute that was taken away, and choose it. */
  restore(was: Attribute): void {
    this.#change(ClassDraft.restored(this.draft.peek(), was))
    this.chosen.value = this.draft.peek().attributes.at(-1)!.id
  }

  /** Move the chosen attribute. */
  move(by: number): void {
    const id = this.chosen.peek()
    if (id !== null) this.#change(ClassDraft.moved(this.draft.peek(), id, by))
  }

  /** Go back to the fields, whatever was asked. */
  back(): void {
    this.#giveUp.abort()
    this.step.value = { kind: 'edit' }
  }

  /** Save, and say whether that is done. What objects would suffer from is asked first, and so is whose word counts. */
  async save(given: { readonly isSure?: boolean; readonly winner?: Winner } = {}): Promise<boolean> {
    if (this.isBusy.peek()) return false
    this.error.value = null
    this.#refused.value = null
    if (!this.isChanged.peek()) return true
    if (ClassDraft.nProblems(this.#own.peek())) {
      this.#point(this.#own.peek())
      return false
    }
    try {
      if (!given.isSure && !given.winner && !(await this.#isHarmless())) return false
      this.step.value = { kind: 'saving' }
      await this.#send(given.winner ?? null)
      return true
    } catch (error) {
      this.#failed(error)
      return false
    }
  }

  /** End what is under way. */
  close(): void {
    this.#giveUp.abort()
  }

  #change(draft: ClassDraft): void {
    this.draft.value = draft
    this.error.value = null
    if (this.step.peek().kind !== 'edit') this.step.value = { kind: 'edit' }
  }

  #told(problem: FieldProblem | undefined): string | null {
    return problem && (!problem.isGap || this.#areGapsTold.value) ? problem.sentence : null
  }

  /** Return what the server refused, as long as the draft is still what it has seen. */
  #refusals(): DraftProblems {
    const refused = this.#refused.value
    return refused && refused.draft === this.draft.value ? refused.problems : NONE
  }

  /** Show the first thing that does not do. */
  #point({ fields, attributes }: DraftProblems): void {
    this.#areGapsTold.value = true
    this.step.value = { kind: 'edit' }
    const attribute = this.draft.peek().attributes.find((a) => attributes.has(a.id))
    const named = Object.keys(fields)
    const isBad = {
      class: named.some((field) => field !== 'skeleton'),
      attributes: attribute !== undefined,
      skeleton: fields.skeleton !== undefined,
    }
    const first = (['class', 'attributes', 'skeleton'] as const).find((tab) => isBad[tab])
    if (first && !isBad[this.tab.peek()]) this.tab.value = first
    if (attribute && !attributes.has(this.chosen.peek() ?? -1)) this.chosen.value = attribute.id
    this.wanted.value++
  }

  async #isHarmless(): Promise<boolean> {
    const draft = this.draft.peek()
    if (!isNarrowing(draft)) return true
    this.step.value = { kind: 'looking' }
    this.#giveUp = new AbortController()
    const looked = await lookAtObjects(draft, this.#giveUp.signal)
    if (this.#giveUp.signal.aborted) return false
    if (!looked.effects.length && looked.isWhole) return true
    this.step.value = { kind: 'effects', looked }
    return false
  }

  async #send(winner: Winner | null): Promise<void> {
    const draft = this.draft.peek()
    await this.#session.changeClass(draft.was.slug, `Change ${draft.was.title}`, (newest) => {
      const { merged, clashes } = mergedClass(draft, newest, winner ?? 'mine')
      if (clashes.length && winner === null) throw new ClassClash(clashes)
      return merged
    })
  }

  #failed(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return
    this.step.value =
      error instanceof ClassClash ? { kind: 'clash', clashes: error.clashes } : { kind: 'edit' }
    if (error instanceof ClassClash) return
    this.error.value = sentenceOf(error)
    if (!(error instanceof Problem) || error.kind !== 'request-invalid') return
    const draft = this.draft.peek()
    const at = this.#session.ontology.peek().classes.findIndex((c) => c.slug === draft.was.slug)
    const found = (error.details.problems ?? []) as readonly { where: string; message: string }[]
    const problems = ClassDraft.located(draft, at, found)
    this.#refused.value = { draft, problems }
    if (!ClassDraft.nProblems(problems)) return
    this.error.value = null
    this.#point(problems)
  }
}
