import DragPan from 'ol/interaction/DragPan'
import type Interaction from 'ol/interaction/Interaction'
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom'
import PinchZoom from 'ol/interaction/PinchZoom'
import Kinetic from 'ol/Kinetic'

/** Return what moves the map, the last one asked first: wheel, two fingers, drag. */
export function navigation(): Interaction[] {
  const pan = new DragPan({
    condition: (event) => [0, 1].includes((event.originalEvent as PointerEvent).button),
    ...(matchMedia('(prefers-reduced-motion: reduce)').matches
      ? {}
      : { kinetic: new Kinetic(-0.006, 0.1, 80) }),
  })
  const wheel = new MouseWheelZoom({ duration: 120, timeout: 40 })
  return [wheel, new PinchZoom(), pan]
}
