/** Let the person choose files; resolves with none when they think better of it. */
export function pickFiles(endings: readonly string[] = []): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.multiple = true
    // browsers know only the last part of an ending: `.geo3d.jsonl` would hide every file
    if (endings.length)
      input.accept = [...new Set(endings.map((end) => end.slice(end.lastIndexOf('.'))))].join(',')
    input.onchange = () => resolve([...(input.files ?? [])])
    input.oncancel = () => resolve([])
    input.click()
  })
}
