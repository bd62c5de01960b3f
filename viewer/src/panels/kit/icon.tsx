import { ICONS, type IconName } from './icons'
import './icon.css'

export type { IconName } from './icons'

interface IconProps {
  /** One of `ICONS`; tools and plug-ins name theirs by any text, an unknown one is drawn as a dashed square. */
  readonly name: IconName | (string & {})
  /** Width and height, px. */
  readonly size?: number
  /** What it means, where nothing beside it says so. Without one it is decoration. */
  readonly title?: string | undefined
}

/** A stroked icon in the colour of its text. */
export function Icon({ name, size = 16, title }: IconProps) {
  const path = name in ICONS ? ICONS[name as IconName] : ICONS.unknown
  return (
    <>
      <svg
        class="kit-icon"
        data-icon={name}
        width={size}
        height={size}
        viewBox="0 0 24 24"
        aria-hidden="true"
      >
        <path d={path} />
      </svg>
      {title && <span class="unseen">{title}</span>}
    </>
  )
}
