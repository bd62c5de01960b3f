import type { Command } from '../help/commands'
import type { Workbench } from '../workbench'

/** Return the key of the n-th tag; null where there are no more keys. */
export function keyOfTag(n: number): string | null {
  return n < 9 ? `Ctrl+Alt+${n + 1}` : null
}

/** Each tag, to be set and taken away. */
export function tagCommands(bench: Workbench): readonly Command[] {
  return bench.tags.classes.value.map((label, i) => {
    const key = keyOfTag(i)
    return {
      id: `tag.${label.slug}`,
      title: `Tag: ${label.title}`,
      group: 'Tags',
      scope: 'map',
      icon: 'tag',
      keys: key ? [key] : [],
      isOn: () => bench.tags.tags.value.has(label.slug),
      run: () => void bench.tags.load().then(() => bench.tags.toggle(label)),
    }
  })
}
