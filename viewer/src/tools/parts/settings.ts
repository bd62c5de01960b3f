/** Numbers that tools are set to; they hold until another one is typed. */
export interface ToolSettings {
  /** Corners of a regular polygon. */
  readonly sides: number
  /** Full width of a band in units of the frame; null = the pointer gives it. */
  readonly width: number | null
}

/** Corners that a regular polygon may have. */
export const SIDES = { least: 3, most: 60 } as const

export const ToolSettings = {
  DEFAULT: { sides: 6, width: null } as ToolSettings,

  /** Return the settings with other corners, as many as are allowed. */
  withSides(settings: ToolSettings, sides: number): ToolSettings {
    return { ...settings, sides: Math.min(SIDES.most, Math.max(SIDES.least, Math.round(sides))) }
  },
}
