import { describe, expect, test } from 'vitest'
import { Annotation, type AttributeValue } from '../src/model/annotation'
import { ClassDraft } from '../src/model/class-draft'
import { ClassEffects, isNarrowing } from '../src/model/class-effect'
import { mergedClass } from '../src/model/class-merge'
import type { Attribute, LabelClass, Ontology } from '../src/model/ontology'

function attribute(name: string, update: Partial<Attribute> = {}): Attribute {
  return {
    name,
    type: 'text',
    choices: [],
    required: false,
    default: null,
    minimum: null,
    maximum: null,
    scope: 'observation',
    role: null,
    ...update,
  }
}

function labelClass(slug: string, update: Partial<LabelClass> = {}): LabelClass {
  return {
    slug,
    code: 1,
    title: slug,
    color: '#4da3ff',
    key: null,
    parent: null,
    geometries: [],
    skeleton: null,
    attributes: [],
    guideline: '',
    retired: false,
    ...update,
  }
}

const HOUSE = labelClass('house', {
  attributes: [
    attribute('roof', { type: 'choice', choices: ['flat', 'gable', 'hip'] }),
    attribute('height', { type: 'number', minimum: 0 }),
    attribute('note'),
  ],
})
const NOTHING = new Set<string>()

function ontologyOf(...classes: LabelClass[]): Ontology {
  return { version: 1, classes: classes.map((c, i) => ({ ...c, code: i + 1 })) }
}

function names(label: LabelClass): readonly string[] {
  return label.attributes.map((a) => a.name)
}

function drawn(attributes: Record<string, AttributeValue>): Annotation {
  const geometry = { kind: 'point', frame: 'f', position: [1, 2] } as const
  return { ...Annotation.make({ scene: 's', label: 'house', geometry, actor: 'a', tool: 't' }), attributes }
}

describe('a draft', () => {
  test('that nobody touched is the class itself', () => {
    const odd = labelClass('odd', {
      title: ' odd ',
      attributes: [attribute(' a ', { choices: [' x', ''], minimum: 3 })],
    })
    const draft = ClassDraft.of(odd)
    expect(ClassDraft.settled(draft)).toEqual(odd)
    expect(ClassDraft.isChanged(draft)).toBe(false)
    expect(ClassDraft.problems(draft, ontologyOf(odd), NOTHING)).toEqual({
      fields: {},
      attributes: new Map(),
    })
  })

  test('adds, names, moves and removes attributes, and brings them back', () => {
    const [grown, id] = ClassDraft.added(ClassDraft.of(HOUSE), 0)
    let draft = ClassDraft.changed(grown, id, { name: ' floors ', type: 'integer' })
    expect(names(ClassDraft.settled(draft))).toEqual(['roof', 'floors', 'height', 'note'])
    draft = ClassDraft.moved(draft, id, -1)
    draft = ClassDraft.moved(draft, id, -1)
    expect(names(ClassDraft.settled(draft))).toEqual(['floors', 'roof', 'height', 'note'])
    draft = ClassDraft.removed(draft, 1)
    expect(names(ClassDraft.settled(draft))).toEqual(['floors', 'roof', 'note'])
    const [gone] = ClassDraft.gone(draft)
    expect(gone?.name).toBe('height')
    draft = ClassDraft.restored(draft, gone!)
    expect(names(ClassDraft.settled(draft))).toEqual(['floors', 'roof', 'note', 'height'])
    expect(new Set(draft.attributes.map((a) => a.id)).size).toBe(4)
    expect(ClassDraft.restored(draft, gone!)).toBe(draft)
    expect(names(HOUSE)).toEqual(['roof', 'height', 'note'])
  })

  test('keeps of an attribute what its type can use', () => {
    let draft = ClassDraft.changed(ClassDraft.of(HOUSE), 0, { default: 'flat' })
    draft = ClassDraft.changed(draft, 0, { type: 'choices' })
    expect(ClassDraft.settled(draft).attributes[0]).toMatchObject({ type: 'choices', default: ['flat'] })
    draft = ClassDraft.changed(draft, 0, { type: 'integer', minimum: 2 })
    expect(draft.attributes[0]!.now.choices).toHaveLength(3)
    expect(ClassDraft.settled(draft).attributes[0]).toMatchObject({ choices: [], minimum: 2, default: null })
    draft = ClassDraft.changed(draft, 0, { type: 'choice', choices: ['a', '', ' b '] })
    expect(ClassDraft.settled(draft).attributes[0]).toMatchObject({ choices: ['a', 'b'], minimum: null })
  })
})

describe('problems', () => {
  const others = ontologyOf(HOUSE, labelClass('barn', { key: '2', parent: 'house' }), labelClass('road'))
  const problemsOf = (draft: ClassDraft) => ClassDraft.problems(draft, others, new Set(['b']))

  test('of the class are at its fields', () => {
    const draft = ClassDraft.of(others.classes[0] as LabelClass)
    expect(problemsOf(ClassDraft.with(draft, { title: ' ' })).fields.title).toMatchObject({ isGap: true })
    const keyOf = (key: string) => problemsOf(ClassDraft.with(draft, { key })).fields.key?.sentence
    expect(keyOf('2')).toBe('barn has this key')
    expect(keyOf('b')).toBe('B means something else on the map')
    expect(keyOf('ä')).toBe('A key is a digit or a letter a to z')
    expect(keyOf('3')).toBeUndefined()
    expect(problemsOf(ClassDraft.with(draft, { parent: 'road' })).fields).toEqual({})
    expect(problemsOf(ClassDraft.with(draft, { parent: 'barn' })).fields.parent).toBeDefined()
    expect(problemsOf(ClassDraft.with(draft, { parent: 'house' })).fields.parent).toBeDefined()
  })

  test.each<[Partial<Attribute>, keyof Attribute, string | null]>([
    [{ name: '' }, 'name', 'An attribute needs a name'],
    [{ name: 'note ' }, 'name', 'There are two attributes called note'],
    [{ type: 'choice', choices: ['', ' '] }, 'choices', 'Give at least one choice'],
    [{ type: 'choice', choices: ['a', 'b', 'a '] }, 'choices', '“a” is there twice'],
    [{ type: 'number', minimum: 2, maximum: 1 }, 'maximum', 'The maximum must not be below the minimum, 2'],
    [{ type: 'number', minimum: 2, maximum: 2 }, 'maximum', null],
    [{ type: 'integer', default: 1.5 }, 'default', 'The default does not fit: height wants a whole number'],
    [{ maximum: 3, default: 4 }, 'default', 'The default does not fit: height must be at most 3'],
    [
      { type: 'choice', choices: ['a'], default: 'b' },
      'default',
      'The default does not fit: height must be one of a',
    ],
    [{ type: 'boolean', default: false }, 'default', null],
  ])('of an attribute: %o', (update, field, sentence) => {
    const base = ClassDraft.of(HOUSE)
    const typed = update.type ? ClassDraft.changed(base, 1, { type: update.type }) : base
    const found = problemsOf(ClassDraft.changed(typed, 1, update))
    expect(found.attributes.get(1)?.[field]?.sentence ?? null).toBe(sentence)
    expect(ClassDraft.nProblems(found)).toBe(sentence === null ? 0 : update.name === 'note ' ? 2 : 1)
  })

  test('that the server finds come to their fields', () => {
    const where = 'changes.0.put.document.project.ontology.classes'
    const found = ClassDraft.located(ClassDraft.of(HOUSE), 3, [
      { where: `${where}.3.attributes.1.minimum`, message: 'Input should be a valid number' },
      { where: `${where}.3.attributes.0`, message: "Value error, attribute 'roof' needs choices" },
      { where: `${where}.3.key`, message: 'no key' },
      { where: `${where}.2.key`, message: 'of another class' },
      { where: 'changes', message: 'too short' },
    ])
    expect(found.fields).toEqual({ key: { sentence: 'no key' } })
    expect(found.attributes.get(1)).toEqual({ minimum: { sentence: 'Input should be a valid number' } })
    expect(found.attributes.get(0)).toEqual({ name: { sentence: "attribute 'roof' needs choices" } })
  })
})

describe('two people', () => {
  const mine = ClassDraft.changed(ClassDraft.with(ClassDraft.of(HOUSE), { title: 'Home' }), 1, {
    name: 'height_m',
    maximum: 90,
  })

  test('who change different things both get their way', () => {
    const theirs = {
      ...HOUSE,
      color: '#112233',
      attributes: [
        attribute('owner'),
        { ...HOUSE.attributes[1]!, required: true } as Attribute,
        HOUSE.attributes[0]!,
      ],
    }
    const { merged, clashes } = mergedClass(mine, theirs, 'mine')
    expect(clashes).toEqual([])
    expect(merged).toMatchObject({ title: 'Home', color: '#112233' })
    expect(names(merged)).toEqual(['owner', 'height_m', 'roof'])
    expect(merged.attributes[1]).toMatchObject({ maximum: 90, minimum: 0, required: true })
  })

  test('who change the same thing are told, and one of them counts', () => {
    const theirs = {
      ...HOUSE,
      title: 'Haus',
      attributes: HOUSE.attributes.map((a) => (a.name === 'height' ? { ...a, maximum: 50 } : a)),
    }
    const { merged, clashes } = mergedClass(mine, theirs, 'mine')
    expect(clashes).toEqual([
      { what: 'Name', mine: 'Home', theirs: 'Haus' },
      { what: '“height”: maximum', mine: '90', theirs: '50' },
    ])
    expect(merged).toMatchObject({ title: 'Home', attributes: [{}, { name: 'height_m', maximum: 90 }, {}] })
    const other = mergedClass(mine, theirs, 'theirs').merged
    expect(other).toMatchObject({ title: 'Haus', attributes: [{}, { name: 'height_m', maximum: 50 }, {}] })
  })

  test('what was stored already is not stored twice', () => {
    const stored = ClassDraft.settled(mine)
    expect(mergedClass(mine, stored, 'mine')).toEqual({ merged: stored, clashes: [] })
    expect(mergedClass(mine, stored, 'mine').merged).toBe(stored)
  })

  test('one removes what the other changes', () => {
    const without = { ...HOUSE, attributes: HOUSE.attributes.filter((a) => a.name !== 'height') }
    const gone = mergedClass(mine, without, 'mine')
    expect(gone.clashes).toEqual([{ what: '“height”', mine: 'changed', theirs: 'removed' }])
    expect(names(gone.merged)).toEqual(['roof', 'note', 'height_m'])
    expect(names(mergedClass(mine, without, 'theirs').merged)).toEqual(['roof', 'note'])

    const removing = ClassDraft.removed(ClassDraft.of(HOUSE), 1)
    expect(names(mergedClass(removing, HOUSE, 'mine').merged)).toEqual(['roof', 'note'])
    const changed = {
      ...HOUSE,
      attributes: HOUSE.attributes.map((a) => (a.name === 'height' ? { ...a, required: true } : a)),
    }
    expect(mergedClass(removing, changed, 'mine').clashes).toHaveLength(1)
    expect(names(mergedClass(removing, changed, 'theirs').merged)).toEqual(['roof', 'height', 'note'])
  })

  test('both come to one name', () => {
    const [grown, id] = ClassDraft.added(ClassDraft.of(HOUSE))
    const draft = ClassDraft.changed(grown, id, { name: 'age', type: 'integer' })
    const theirs = { ...HOUSE, attributes: [...HOUSE.attributes, attribute('age')] }
    const { merged, clashes } = mergedClass(draft, theirs, 'mine')
    expect(clashes).toEqual([{ what: '“age”', mine: 'integer', theirs: 'text' }])
    expect(merged.attributes.map((a) => [a.name, a.type]).at(-1)).toEqual(['age', 'integer'])
    expect(names(merged)).toHaveLength(4)
    expect(mergedClass(draft, theirs, 'theirs').merged.attributes.at(-1)?.type).toBe('text')
  })

  test('my order holds where I changed it', () => {
    const draft = ClassDraft.moved(ClassDraft.of(HOUSE), 2, -2)
    const theirs = { ...HOUSE, attributes: [attribute('new'), ...HOUSE.attributes] }
    expect(names(mergedClass(draft, theirs, 'mine').merged)).toEqual(['note', 'roof', 'height', 'new'])
  })
})

describe('effects on objects', () => {
  const effectsOf = (draft: ClassDraft, ...values: Record<string, AttributeValue>[]) => {
    const effects = new ClassEffects(draft, ClassDraft.settled(draft))
    effects.look(values.map(drawn))
    return effects.all().map(({ kind, n, sentence }) => `${kind} ${n}: ${sentence}`)
  }

  test('more room means nothing to anybody', () => {
    const wider = ClassDraft.with(ClassDraft.of(HOUSE), { title: 'x', color: '#000000', guideline: 'y' })
    expect(isNarrowing(wider)).toBe(false)
    expect(isNarrowing(ClassDraft.with(wider, { geometries: ['box'] }))).toBe(true)
    expect(isNarrowing(ClassDraft.moved(wider, 0, 1))).toBe(false)
    expect(isNarrowing(ClassDraft.removed(wider, 0))).toBe(true)
  })

  test('are counted once for each object', () => {
    let draft = ClassDraft.changed(ClassDraft.of(HOUSE), 0, { choices: ['flat', 'gable'] })
    draft = ClassDraft.changed(draft, 1, { maximum: 10, required: true })
    draft = ClassDraft.changed(draft, 2, { name: 'remark' })
    draft = ClassDraft.with(draft, { geometries: ['polygon'] })
    expect(
      effectsOf(draft, { roof: 'hip', height: 12 }, { roof: 'flat', note: 'old' }, { height: -1 }),
    ).toEqual([
      'refused 3: drawn as point, which would no longer be allowed',
      'refused 1: with a “roof” that would not fit: roof must be one of flat, gable',
      'refused 1: with a “height” that would not fit: height must be at most 10',
      'gap 1: without “height”, which would be required',
      'aside 1: with a value of “note”, now “remark”',
    ])
  })

  test('a value that an import brought may not fit a new attribute', () => {
    const [grown, id] = ClassDraft.added(ClassDraft.of(HOUSE))
    const draft = ClassDraft.changed(grown, id, { name: 'floors', type: 'integer' })
    expect(effectsOf(draft, { floors: 'two' }, { floors: 2 })).toEqual([
      'refused 1: with a “floors” that would not fit: floors wants a number',
    ])
  })
})
