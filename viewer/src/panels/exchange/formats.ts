import { client, dataOf, type Schemas } from '../../api/client'

export type Format = Schemas['Format']
export type Preview = Schemas['PreviewReply']

/** Ask the server for its formats. */
export function askFormats(): Promise<readonly Format[]> {
  return dataOf<readonly Format[]>(client.GET('/api/formats'))
}

/** Words that tell formats apart that share an ending, near the beginning of a file. */
const SIGNS: readonly (readonly [format: string, sign: RegExp])[] = [
  ['geojson', /"(FeatureCollection|Feature|GeometryCollection)"/],
  ['coco', /"(images|categories|annotations)"\s*:/],
]

/**
 * Return the name of the format that a file probably is, or null.
 *
 * @param head The beginning of the file as text; it decides where several formats share the ending.
 */
export function guessFormat(name: string, head: string, formats: readonly Format[]): string | null {
  const lower = name.toLowerCase()
  const fitting = formats
    .filter((format) => format.reads)
    .flatMap((format) =>
      format.extensions.filter((end) => lower.endsWith(end)).map((end) => ({ format, end })),
    )
    .sort((a, b) => b.end.length - a.end.length)
  const names = fitting.map(({ format }) => format.name)
  const signed = SIGNS.find(([format, sign]) => names.includes(format) && sign.test(head))
  return signed?.[0] ?? names[0] ?? null
}

/** Return the beginning of a file as text. */
export function headOf(file: File): Promise<string> {
  return file.slice(0, 65536).text()
}
