import type { components } from '../api/schema'
import type { Annotation } from './annotation'
import { Id } from './id'
import type { Layer, Paint } from './paint'
import type { Project, Scene } from './scene'

type Schemas = components['schemas']

export type Put = Schemas['Put']
export type Delete = Schemas['Delete']
export type Patch = Schemas['Patch']
export type Change = Put | Delete | Patch | Paint
export type ChangeSet = Required<Schemas['ChangeSet']>

/** Makes changes from documents. */
export const Change = {
  /** Return the change that writes a document over the version its author saw. */
  put(document: Annotation | Layer | Project | Scene): Put {
    return { op: 'put', document: document as Put['document'], base: document.revision }
  },

  /** Return the change that deletes a document. */
  delete({ kind, id, revision }: Annotation | Layer): Delete {
    return { op: 'delete', kind, id, base: revision }
  },

  /** Return what kind of document a change is about. */
  kindOf(change: Change): string {
    if (change.op === 'put') return change.document.kind
    return change.op === 'delete' ? change.kind : 'layer'
  },

  /** Return the id of the document that a change is about. */
  idOf(change: Change): Id {
    if (change.op === 'put') return change.document.id
    return change.op === 'delete' ? change.id : change.layer
  },
}

/** Makes change sets. */
export const ChangeSet = {
  /** Return one undo step. */
  make(actor: Id, message: string, changes: readonly Change[]): ChangeSet {
    return { client_id: Id.make(), actor, message, changes }
  },
}
