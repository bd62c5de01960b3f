import type { PixelGroups } from './parts/paint'
import type { Gesture, Pointer, Tool, ToolContext } from './tool'

export const superpixels: Tool = {
  id: 'superpixels',
  title: 'Superpixels',
  icon: 'superpixels',
  key: 'j',
  group: 'paint',
  family: 'paint-region',
  makes: null,
  hint: 'Click or drag over patches to paint them whole · [ and ]: size of the patches · Alt or the right button erases · Esc cancels',
  start: patching,
}

function patching(context: ToolContext): Gesture {
  const desk = context.painting
  let groups: PixelGroups | null = null
  let isLooking = false
  let hovered = -1
  let taken = new Set<number>()
  let isErasing = false
  let isPainting = false
  let isStopped = false

  const show = () => {
    if (!groups || isStopped) return
    const stencils = [groups.outlines, ...(hovered >= 0 && !isPainting ? [groups.stencil(hovered)] : [])]
    context.sketch({ stencils })
  }
  /** Group the pixels in sight, where that has not been done. */
  const look = async () => {
    if (!desk || isLooking || isStopped || groups?.isCurrent()) return
    isLooking = true
    if (!groups) context.sketch({ busy: true })
    try {
      const found = await desk.groups()
      if (!isStopped && !isPainting) groups = found
    } catch {
      context.tell('The pixels could not be read: is the connection there?')
    }
    isLooking = false
    if (isStopped) return
    if (groups) show()
    else context.sketch(null)
    if (groups && !groups.isCurrent() && !isPainting) void look()
  }
  const take = (pointer: Pointer) => {
    const at = groups?.at(desk!.pixelOf(pointer.position)) ?? -1
    if (at < 0 || taken.has(at)) return
    taken.add(at)
    desk!.extend(groups!.region([at]), isErasing)
  }
  const resize = (factor: number) => {
    if (!desk) return false
    desk.set({ ...desk.options, patch: Math.round(Math.min(400, Math.max(8, desk.options.patch * factor))) })
    void look()
    return true
  }
  void look()

  return {
    cursor: 'crosshair',
    takesRightButton: true,
    down(pointer) {
      if (!desk) {
        context.tell('There is no raster here whose pixels could be painted.')
        return true
      }
      isErasing = pointer.alt || pointer.isRight === true
      if (!groups || !desk.begin(isErasing)) return true
      isPainting = true
      taken = new Set()
      take(pointer)
      show()
      return true
    },
    drag(pointer) {
      if (isPainting) take(pointer)
    },
    drop() {
      if (!isPainting) return
      isPainting = false
      if (taken.size) desk!.finish(groups!.region([...taken]), isErasing)
      else desk!.cancel()
      show()
    },
    move(pointer) {
      void look()
      const at = groups && desk ? groups.at(desk.pixelOf(pointer.position)) : -1
      if (at === hovered) return
      hovered = at
      show()
    },
    leave() {
      hovered = -1
      show()
    },
    key(keys) {
      if (keys === '[') return resize(1 / 1.25)
      if (keys === ']') return resize(1.25)
      return false
    },
    act(act) {
      if (act !== 'cancel' || !isPainting) return false
      isPainting = false
      desk!.cancel()
      show()
      return true
    },
    refresh: () => void look(),
    stop() {
      isStopped = true
      if (isPainting) desk!.cancel()
      context.sketch(null)
    },
  }
}
