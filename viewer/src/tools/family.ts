import type { Tool } from './tool'

/** Tools that share one place in the rail and one key: ways to the same thing. A tool of its own is a family of one. */
export interface Family {
  readonly id: string
  readonly group: Tool['group']
  /** Key of its first tool. */
  readonly key: string
  readonly tools: readonly [Tool, ...Tool[]]
}

/** Return the families of tools, each where its first tool stands. */
export function familiesOf(tools: readonly Tool[]): readonly Family[] {
  const byId = new Map<string, [Tool, ...Tool[]]>()
  for (const tool of tools) {
    const id = tool.family ?? tool.id
    const others = byId.get(id)
    if (others) others.push(tool)
    else byId.set(id, [tool])
  }
  return [...byId].map(([id, members]) => ({
    id,
    group: members[0].group,
    key: members[0].key,
    tools: members,
  }))
}

/** Return the tool that a family's key takes: the one in front, or, where one of them is at work, the next one. */
export function nextOf(family: Family, current: Tool, front: Tool | undefined): Tool {
  const at = family.tools.indexOf(current)
  if (at < 0) return front ?? family.tools[0]
  return family.tools[(at + 1) % family.tools.length]!
}
