/** The part of JSON Schema that pydantic writes for options. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: { readonly [name: string]: JsonSchema }
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
}

export type FormValue = { readonly [name: string]: unknown }

interface FieldFacts {
  readonly name: string
  readonly title: string
  readonly hint: string
  /** Null is a value too: "as it is", "none". */
  readonly isNullable: boolean
  readonly isRequired: boolean
  readonly default: unknown
  readonly schema: JsonSchema
}

/** One field of a form: what to draw for it. `json` is whatever has no form of its own. */
export type FormField = FieldFacts &
  (
    | { readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'words' | 'json' }
    | { readonly kind: 'choice' | 'choices'; readonly choices: readonly unknown[] }
    | { readonly kind: 'group'; readonly fields: readonly FormField[] }
  )

/** Return the fields of a model's schema, in its order. */
export function fieldsOf(schema: JsonSchema, root: JsonSchema = schema): readonly FormField[] {
  return Object.entries(schema.properties ?? {}).map(([name, given]) =>
    fieldOf(name, given, root, schema.required?.includes(name) ?? false),
  )
}

function fieldOf(name: string, given: JsonSchema, root: JsonSchema, isRequired: boolean): FormField {
  const all = variantsOf(given, root)
  const variants = all.filter((variant) => variant.type !== 'null')
  const schema = variants.length === 1 ? { ...variants[0]!, ...told(given) } : given
  const facts = {
    name,
    title: given.title ?? schema.title ?? name,
    hint: given.description ?? schema.description ?? '',
    isNullable: variants.length < all.length,
    isRequired,
    default: given.default ?? schema.default,
    schema,
  }
  return { ...facts, ...shapeOf(variants, root) }
}

type Shape =
  | { readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'words' | 'json' }
  | { readonly kind: 'choice' | 'choices'; readonly choices: readonly unknown[] }
  | { readonly kind: 'group'; readonly fields: readonly FormField[] }

function shapeOf(variants: readonly JsonSchema[], root: JsonSchema): Shape {
  const constants = variants.flatMap(choicesOf)
  if (variants.length && variants.every((variant) => choicesOf(variant).length))
    return { kind: 'choice', choices: constants }
  const [only] = variants
  // a whole number or any number: any number
  if (variants.length > 1 && variants.every(({ type }) => type === 'number' || type === 'integer'))
    return { kind: 'number' }
  if (!only || variants.length > 1) return { kind: 'json' }
  if (only.type === 'string') return { kind: 'text' }
  if (only.type === 'number' || only.type === 'integer' || only.type === 'boolean') return { kind: only.type }
  if (only.type === 'array') {
    const items = variantsOf(only.items ?? {}, root)
    const choices = items.flatMap(choicesOf)
    if (choices.length) return { kind: 'choices', choices }
    if (items.length === 1 && items[0]!.type === 'string') return { kind: 'words' }
  }
  if (only.type === 'object' && only.properties) return { kind: 'group', fields: fieldsOf(only, root) }
  return { kind: 'json' }
}

/** Return what a schema may be, references followed. */
function variantsOf(given: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  if (given.$ref) {
    const name = given.$ref.split('/').at(-1)!
    const target = root.$defs?.[name]
    return target ? variantsOf(target, root) : []
  }
  const several = given.anyOf ?? given.oneOf
  if (several) return several.flatMap((variant) => variantsOf(variant, root))
  if (given.allOf?.length === 1) return variantsOf(given.allOf[0]!, root)
  return [given]
}

function choicesOf(schema: JsonSchema): readonly unknown[] {
  if (schema.const !== undefined) return [schema.const]
  return schema.enum ?? []
}

/** Return what a schema says itself, without what it refers to. */
function told(schema: JsonSchema): JsonSchema {
  const { $ref: _, anyOf: _a, oneOf: _o, allOf: _l, ...rest } = schema
  return rest
}

/** Return the value of a form that nobody has touched. */
export function defaultsOf(fields: readonly FormField[]): FormValue {
  return Object.fromEntries(fields.map((field) => [field.name, defaultOf(field)]))
}

function defaultOf(field: FormField): unknown {
  if (field.default !== undefined) return field.default
  if (field.isNullable) return null
  switch (field.kind) {
    case 'group':
      return defaultsOf(field.fields)
    case 'boolean':
      return false
    case 'choice':
      return field.choices[0]
    case 'choices':
    case 'words':
      return []
    case 'text':
      return ''
    default:
      return undefined
  }
}

/** Return what is wrong with a value, by the path of the field: `chips.size`. */
export function problemsOf(
  fields: readonly FormField[],
  value: FormValue,
  path = '',
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>()
  for (const field of fields) {
    const [here, held] = [path + field.name, value[field.name]]
    if (field.kind === 'group' && held !== null && typeof held === 'object')
      for (const [at, problem] of problemsOf(field.fields, held as FormValue, `${here}.`))
        problems.set(at, problem)
    const problem = problemOf(field, held)
    if (problem) problems.set(here, problem)
  }
  return problems
}

function problemOf(field: FormField, value: unknown): string | null {
  const { schema } = field
  if (value === null || value === undefined) return field.isNullable ? null : 'This is needed.'
  if (typeof value === 'number') {
    if (field.kind === 'integer' && !Number.isInteger(value)) return 'A whole number is needed.'
    if (schema.minimum !== undefined && value < schema.minimum) return `At least ${schema.minimum}.`
    if (schema.maximum !== undefined && value > schema.maximum) return `At most ${schema.maximum}.`
    if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
      return `More than ${schema.exclusiveMinimum}.`
    if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum)
      return `Less than ${schema.exclusiveMaximum}.`
  }
  if (typeof value === 'string' && field.kind === 'text') {
    if (field.isRequired && !value) return 'This is needed.'
    if (schema.minLength !== undefined && value.length < schema.minLength)
      return `At least ${schema.minLength} characters.`
    if (schema.maxLength !== undefined && value.length > schema.maxLength)
      return `At most ${schema.maxLength} characters.`
    if (schema.pattern && value && !new RegExp(schema.pattern, 'u').test(value))
      return 'This does not fit here.'
  }
  if (Array.isArray(value) && schema.minItems !== undefined && value.length < schema.minItems)
    return `At least ${schema.minItems}.`
  return null
}
