import type { Schemas } from '../../api/client'
import type { Annotation } from '../../model/annotation'
import { Ontology } from '../../model/ontology'

export type Version = Schemas['VersionReply']

/** Return what a version changed over the one before it, in words: `class Road → Lake`, `shape`. */
export function differences(version: Version, before: Version | null, ontology: Ontology): readonly string[] {
  const [now, was] = [annotationOf(version), before && annotationOf(before)]
  if (!now) return ['deleted']
  if (!was) return [before ? 'brought back' : 'made']
  const found: string[] = []
  if (now.label !== was.label)
    found.push(`class ${Ontology.titleOf(ontology, was.label)} → ${Ontology.titleOf(ontology, now.label)}`)
  if (JSON.stringify(now.geometry) !== JSON.stringify(was.geometry)) found.push('shape')
  for (const name of new Set([...Object.keys(was.attributes), ...Object.keys(now.attributes)])) {
    const [a, b] = [was.attributes[name] ?? null, now.attributes[name] ?? null]
    if (JSON.stringify(a) !== JSON.stringify(b)) found.push(`${name} ${worded(a)} → ${worded(b)}`)
  }
  if (now.state !== was.state) found.push(`${was.state} → ${now.state}`)
  return found.length ? found : ['nothing that is shown']
}

/** Return the annotation of a version, null where it was deleted. */
export function annotationOf(version: Version): Annotation | null {
  return version.document?.kind === 'annotation' ? (version.document as Annotation) : null
}

/** Say whether two versions hold the same: going back from one to the other changes nothing. */
export function isSameContent(a: Annotation, b: Annotation): boolean {
  const content = ({ label, geometry, attributes }: Annotation) =>
    JSON.stringify([label, geometry, attributes])
  return content(a) === content(b)
}

function worded(value: unknown): string {
  return value === null ? 'none' : Array.isArray(value) ? value.join(', ') : String(value)
}
