import type { Pointer, ToolContext } from '../tool'

/** Choose the object under the pointer, none where there is none; with Shift or Ctrl add it or take it away. */
export async function chooseAt(context: ToolContext, pointer: Pointer): Promise<void> {
  const id = await context.pick(pointer.position)
  if (pointer.ctrl || pointer.shift) {
    if (id) context.selection.toggle(id)
  } else if (id) context.selection.set(id)
  else context.selection.set()
}
