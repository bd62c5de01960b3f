import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Camera } from '../../views/camera'
import type { Stage } from '../../views/stage'
import type { PanelProps } from '../panel'
import './transcriber.css'

/** Asks for the text of what was just drawn, beside it: Enter keeps it, Esc leaves it open. */
export function Transcriber({ bench, stage }: PanelProps & { readonly stage: Stage }) {
  const asked = stage.hand.asked.value
  const text = useSignal('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    text.value = ''
    input.current?.focus()
  }, [asked?.id])
  const bounds = asked && stage.shown.get(asked.id)?.bounds
  if (!asked || !bounds) return null
  const camera = stage.view.camera.value
  const [minx, miny, maxx, maxy] = bounds
  const corners = [Camera.toScreen(camera, [minx, miny]), Camera.toScreen(camera, [maxx, maxy])]
  const close = () => {
    const said = text.peek().trim()
    if (said) bench.session.editor.setAttribute([asked.id], asked.attribute, said)
    stage.hand.asked.value = null
  }
  const leave = () => {
    stage.view.element.focus()
  }
  return (
    <input
      ref={input}
      class="transcriber kit-input"
      aria-label={asked.attribute}
      placeholder={asked.attribute}
      autocomplete="off"
      value={text.value}
      style={{
        left: `${Math.max(4, Math.min(corners[0]![0], corners[1]![0]))}px`,
        top: `${Math.max(4, Math.max(corners[0]![1], corners[1]![1]) + 6)}px`,
      }}
      onInput={({ currentTarget }) => {
        text.value = currentTarget.value
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') text.value = ''
        if (event.key === 'Enter' || event.key === 'Escape') leave()
      }}
      onBlur={close}
    />
  )
}
