import type { Annotation, ReviewState } from './annotation'

/** Which state may follow which, as `geo3d.labels.review.TRANSITIONS`. */
export const TRANSITIONS: { readonly [before in ReviewState]: readonly ReviewState[] } = {
  draft: ['submitted', 'accepted', 'rejected'],
  submitted: ['draft', 'accepted', 'rejected'],
  rejected: ['draft', 'submitted', 'accepted'],
  accepted: ['draft', 'rejected'],
}

/** Who looks at annotations. */
export interface Reviewer {
  readonly id: string | null
  /** People of the project: a lone one may judge own work. */
  readonly nMembers: number
}

/** The rules of review, the same as the server's. */
export const Review = {
  /** Say whether an annotation may get another state. */
  allows(annotation: Annotation, after: ReviewState, by: Reviewer): boolean {
    if (!TRANSITIONS[annotation.state].includes(after)) return false
    return after === 'accepted' || after === 'rejected' ? Review.mayJudge(annotation, by) : true
  },

  /** Say whether a person may accept or reject an annotation: somebody else has to, where there is somebody else. */
  mayJudge(annotation: Annotation, { id, nMembers }: Reviewer): boolean {
    return nMembers < 2 || annotation.provenance?.actor !== id
  },
}
