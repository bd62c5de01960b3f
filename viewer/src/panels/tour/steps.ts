/** One stop of the tour. */
export interface TourStep {
  readonly title: string
  readonly text: string
  /** Selector of what it is about; the card stands beside it. */
  readonly about: string
  readonly side: 'right' | 'below'
  /** Commands whose keys the text is followed by. */
  readonly commands: readonly string[]
}

/** The tour of a scene, in the order of a first piece of work. */
export const STEPS: readonly TourStep[] = [
  {
    title: 'Half of this map is labelled',
    text: 'The other half is yours. Turn the wheel to zoom, drag to move the map; with any tool in hand, hold Space and drag.',
    about: '.map-chip',
    side: 'below',
    commands: ['view.all', 'view.in', 'view.out'],
  },
  {
    title: 'First say what it is',
    text: 'Click a class, or press its number. Rest the pointer on a class to read how it is to be drawn; the gear changes it.',
    about: '.class-list, [aria-label="Classes"]',
    side: 'below',
    commands: [],
  },
  {
    title: 'Then draw it',
    text: 'Take the polygon, click the corners of a roof, press Enter. Hold a button for more ways to draw. Corners snap to what is there.',
    about: '.tool[data-tool="polygon"], .tool-rail',
    side: 'right',
    commands: ['tool.again', 'edit.finish', 'edit.back', 'tool.snap'],
  },
  {
    title: 'Correct it at any time',
    text: 'Select an object on the map or in the list: drag its corners, or type numbers and attributes. Every step can be undone, also tomorrow.',
    about: '[aria-label="Objects"]',
    side: 'below',
    commands: ['edit.undo', 'edit.delete'],
  },
  {
    title: 'It saves by itself',
    text: 'Here you see whether your work is stored. Without a connection it is kept in this browser and sent when the server is back.',
    about: '.sync',
    side: 'below',
    commands: [],
  },
  {
    title: 'Everything has a name',
    text: 'Search for whatever you want to do and press Enter. The list of all keys is there too, and each can be changed.',
    about: '.search',
    side: 'below',
    commands: ['help.palette', 'help.keys'],
  },
  {
    title: 'Hand it in',
    text: 'Submit what is done; somebody else reviews it. Export gives you the labels in the formats of GIS and of machine learning.',
    about: '.top-acts',
    side: 'below',
    commands: ['review.submit', 'scene.export'],
  },
]
