import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Icon } from '../kit/icon'
import './drop-zone.css'

interface DropZoneProps {
  /** What happens with dropped files: `Add to Harbour`. */
  readonly label: string
  readonly onFiles: (files: readonly File[]) => void
  readonly children: ComponentChildren
}

/** Takes files that are dropped on what is in it, and says so while they hover. Of two zones, the inner one takes them. */
export function DropZone({ label, onFiles, children }: DropZoneProps) {
  // entering a child is told before leaving its parent: count them
  const depth = useRef(0)
  const [isOver, setOver] = useState(false)
  const count = (by: number) => {
    depth.current = by === 0 ? 0 : Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same by keyboard
    <div
      class="drop-zone"
      data-over={isOver || undefined}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.stopPropagation()
        count(1)
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.stopPropagation()
      }}
      onDragLeave={(event) => hasFiles(event) && count(-1)}
      onDrop={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.stopPropagation()
        count(0)
        const files = [...(event.dataTransfer?.files ?? [])]
        if (files.length) onFiles(files)
      }}
    >
      {children}
      {isOver && (
        <div class="drop-zone-says" aria-hidden="true">
          <Icon name="upload" size={22} />
          {label}
        </div>
      )}
    </div>
  )
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
