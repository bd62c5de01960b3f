/** Endings of files that lie beside a raster and belong to it, as in `geo3d_server.assets`. */
const SIDECARS: readonly string[] = [
  ...['.aux.xml', '.ovr', '.msk', '.prj', '.rpb', '.imd', '.til', '.hdr', '.xml', '.tab', '.clr'],
  ...[
    '.tfw',
    '.tifw',
    '.tiffw',
    '.jgw',
    '.jpgw',
    '.jpegw',
    '.pgw',
    '.pngw',
    '.gfw',
    '.bpw',
    '.j2w',
    '.wld',
    '.blw',
  ],
  ...['_rpc.txt', '_mtl.txt', '.rpc.txt'],
]

/** Files that are sent together: a raster first, then what belongs to it. */
export type FileGroup = readonly File[]

/**
 * Return dropped files in groups that are sent together.
 *
 * A sidecar goes with the raster of its name; a virtual raster (.vrt) goes with all others, which may be its sources.
 */
export function groupsOf(files: readonly File[]): readonly FileGroup[] {
  const virtual = files.filter((file) => file.name.toLowerCase().endsWith('.vrt'))
  if (virtual.length) return [[...virtual, ...files.filter((file) => !virtual.includes(file))]]
  const groups = files.filter((file) => stemOfSidecar(file.name) === null).map((file) => [file])
  for (const file of files) {
    const stem = stemOfSidecar(file.name)
    if (stem === null) continue
    const home =
      groups.find(([main]) => [main!.name, stemOf(main!.name)].some((name) => name.toLowerCase() === stem)) ??
      groups.find(([main]) => main!.name.toLowerCase().startsWith(stem))
    if (home) home.push(file)
    else groups.push([file])
  }
  return groups
}

/** Return a title for what a file shows: its name without its ending. */
export function titleOf(file: File): string {
  return stemOf(file.name) || file.name
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '')
}

function stemOfSidecar(name: string): string | null {
  const lower = name.toLowerCase()
  const ending = SIDECARS.find((sidecar) => lower.endsWith(sidecar))
  return ending === undefined ? null : lower.slice(0, -ending.length)
}
