import type { AttributeType } from '../../model/class-draft'
import type { Attribute } from '../../model/ontology'

/** What people call the types of attributes. */
export const TYPE_TITLES: { readonly [type in AttributeType]: string } = {
  text: 'Text',
  number: 'Number',
  integer: 'Whole number',
  boolean: 'Yes or no',
  choice: 'One choice',
  choices: 'Choices',
  date: 'Date',
}

/** What an attribute means to training formats, by role; empty = nothing special. */
export const ROLE_TITLES: { readonly [role in NonNullable<Attribute['role']> | '']: string } = {
  '': 'nothing special',
  occluded: 'Occluded',
  truncated: 'Truncated',
  difficult: 'Difficult',
  crowd: 'Crowd',
  transcription: 'Transcription: asked for once it is drawn',
}

/** What one value of an attribute is about. */
export const SCOPE_TITLES: { readonly [scope in Attribute['scope']]: string } = {
  observation: 'each observation',
  thing: 'the thing, in all samples',
}
