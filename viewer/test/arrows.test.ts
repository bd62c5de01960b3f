import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const SRC = resolve(__dirname, '../src')

/** What each folder may import beside itself. Files in src/ itself put everything together and may import all. */
const MAY: Record<string, readonly string[]> = {
  math: [],
  model: ['math', 'api/schema'],
  api: ['math', 'model'],
  document: ['math', 'model', 'api'],
  raster: ['math', 'model', 'api'],
  shapes: ['math', 'model', 'document'],
  views: ['math', 'model', 'api', 'document', 'raster', 'shapes', 'tools/tool'],
  tools: ['math', 'model', 'document', 'shapes'],
  panels: [
    'math',
    'model',
    'api',
    'document',
    'raster',
    'shapes',
    'tools',
    'views/view',
    'views/painted',
    'views/painter',
    'views/camera',
    'views/stage',
  ],
}

/** Packages and the only folders that may know them. */
const PACKAGES: Record<string, readonly string[]> = {
  ol: ['views'],
  preact: ['panels', 'app.tsx', 'main.tsx'],
  '@preact/signals': ['panels', 'app.tsx'],
  'openapi-fetch': ['api'],
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory()
      ? files(path)
      : /\.tsx?$/.test(name) && !name.endsWith('.d.ts')
        ? [path]
        : []
  })
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!)
}

const sources = files(SRC).map((path) => ({
  path,
  name: relative(SRC, path),
  folder: relative(SRC, path).split('/')[0]!,
}))

test('arrows point down', () => {
  const wrong: string[] = []
  for (const { path, name, folder } of sources) {
    const may = MAY[folder]
    if (!may) continue
    for (const target of importsOf(path)) {
      if (!target.startsWith('.')) continue
      const to = relative(SRC, resolve(dirname(path), target))
      const isOwn = to === folder || to.startsWith(`${folder}/`)
      if (!isOwn && !may.some((allowed) => to === allowed || to.startsWith(`${allowed}/`)))
        wrong.push(`${name} -> ${to}`)
    }
  }
  expect(wrong).toEqual([])
})

test('packages stay where they belong', () => {
  const wrong: string[] = []
  for (const { path, name, folder } of sources)
    for (const target of importsOf(path)) {
      const known = Object.keys(PACKAGES).find((p) => target === p || target.startsWith(`${p}/`))
      if (known && !PACKAGES[known]!.includes(folder)) wrong.push(`${name} -> ${target}`)
    }
  expect(wrong).toEqual([])
})

test('tools touch no DOM', () => {
  const touching = sources
    .filter(({ folder }) => ['tools', 'shapes', 'math', 'model'].includes(folder))
    .filter(({ path }) =>
      /\b(window|HTMLElement|MouseEvent|PointerEvent)\b|\bdocument\.(querySelector|getElementById|createElement|body)/.test(
        readFileSync(path, 'utf8'),
      ),
    )
  expect(touching.map(({ name }) => name)).toEqual([])
})

test('files stay short', () => {
  const long = sources.map(({ path, name }) => ({
    name,
    lines: readFileSync(path, 'utf8').split('\n').length,
  }))
  expect(long.filter(({ lines }) => lines > 320)).toEqual([])
})
