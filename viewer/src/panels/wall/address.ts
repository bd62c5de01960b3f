import { effect } from '@preact/signals'
import type { Id } from '../../model/id'
import type { Workbench } from '../workbench'

const WALL = /^#\/scene\/[^/?]+\/wall\b/

/** Show the wall of crops, or the map: the address says which, so that "back" and links work. */
export function showWall(bench: Workbench, isWall: boolean): void {
  const scene = `#/scene/${encodeURIComponent(bench.session.id)}`
  location.hash = isWall ? `${scene}/wall` : scene
}

/** Leave the wall for an object on the map. */
export async function openOnMap(bench: Workbench, id: Id | null): Promise<void> {
  if (id === null || !(await bench.wall.loaded(id))) return
  showWall(bench, false)
  bench.session.selection.set(id)
  bench.zoomToObjects([id])
}

/** Follow the address; returns what ends it. The wall is read once the raster is there, and again for another one. */
export function followAddress(bench: Workbench): () => void {
  const look = () => {
    bench.isWall.value = WALL.test(location.hash)
  }
  look()
  addEventListener('hashchange', look)
  let read: string | null = null
  const end = effect(() => {
    const place = bench.place.value
    if (!bench.isWall.value || !place || read === place.asset) return
    read = place.asset
    bench.wall.read()
  })
  let tool = bench.tool.peek()
  const endTool = bench.tool.subscribe((now) => {
    if (now !== tool && bench.isWall.peek()) showWall(bench, false) // whoever takes a tool means the map
    tool = now
  })
  return () => {
    removeEventListener('hashchange', look)
    endTool()
    end()
  }
}
