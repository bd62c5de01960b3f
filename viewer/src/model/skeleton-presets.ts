import type { Skeleton, SkeletonPreset, Spot } from './skeleton'

/** Names with their places on the figure. */
type Figure = readonly (readonly [name: string, x: number, y: number])[]

/** Source: COCO keypoint challenge, category "person": names, their order, and the skeleton (there counted from 1). */
const PERSON: Figure = [
  ['nose', 0.5, 0.15],
  ['left_eye', 0.56, 0.08],
  ['right_eye', 0.44, 0.08],
  ['left_ear', 0.63, 0.13],
  ['right_ear', 0.37, 0.13],
  ['left_shoulder', 0.62, 0.27],
  ['right_shoulder', 0.38, 0.27],
  ['left_elbow', 0.69, 0.4],
  ['right_elbow', 0.31, 0.4],
  ['left_wrist', 0.74, 0.54],
  ['right_wrist', 0.26, 0.54],
  ['left_hip', 0.57, 0.55],
  ['right_hip', 0.43, 0.55],
  ['left_knee', 0.59, 0.74],
  ['right_knee', 0.41, 0.74],
  ['left_ankle', 0.6, 0.93],
  ['right_ankle', 0.4, 0.93],
]
const PERSON_BONES = [
  [15, 13],
  [13, 11],
  [16, 14],
  [14, 12],
  [11, 12],
  [5, 11],
  [6, 12],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 9],
  [8, 10],
  [1, 2],
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [4, 6],
] as const

const FACE: Figure = [
  ['left_eye', 0.66, 0.38],
  ['right_eye', 0.34, 0.38],
  ['nose', 0.5, 0.55],
  ['left_mouth', 0.63, 0.72],
  ['right_mouth', 0.37, 0.72],
]

/** The wrist, then four joints of each finger from the palm outwards. */
const HAND: Figure = [
  ['wrist', 0.5, 0.93],
  ...(
    [
      ['thumb', 0.36, 0.82, 0.1, 0.52],
      ['index', 0.37, 0.54, 0.27, 0.16],
      ['middle', 0.49, 0.51, 0.47, 0.07],
      ['ring', 0.6, 0.54, 0.66, 0.14],
      ['little', 0.7, 0.6, 0.86, 0.28],
    ] as const
  ).flatMap(([finger, x0, y0, x1, y1]) =>
    [0, 1, 2, 3].map(
      (n) => [`${finger}_${n + 1}`, x0 + ((x1 - x0) * n) / 3, y0 + ((y1 - y0) * n) / 3] as const,
    ),
  ),
]

/** What a skeleton can begin as. */
export const SKELETON_PRESETS: readonly SkeletonPreset[] = [
  { id: 'person', title: 'Person, 17 points (COCO)', skeleton: skeletonOf(PERSON, PERSON_BONES) },
  { id: 'face', title: 'Face, 5 points', skeleton: skeletonOf(FACE, []) },
  {
    id: 'hand',
    title: 'Hand, 21 points',
    skeleton: skeletonOf(
      HAND,
      HAND.flatMap((_, i) => (i === 0 ? [] : [[i % 4 === 1 ? 0 : i - 1, i] as const])),
    ),
  },
]

/** Return the skeleton of a figure; left and right of a name mirror each other. */
function skeletonOf(figure: Figure, bones: readonly (readonly [number, number])[]): Skeleton {
  const names = figure.map(([name]) => name)
  const flips = names.map((name, i) => {
    const other = name.startsWith('left_') ? `right_${name.slice(5)}` : `left_${name.slice(6)}`
    const mirror = /^(left|right)_/.test(name) ? names.indexOf(other) : i
    return mirror < 0 ? i : mirror
  })
  return {
    names,
    edges: bones.map(([a, b]): [number, number] => [a, b]),
    flips: flips.every((to, i) => to === i) ? [] : flips,
    places: figure.map(([, x, y]): [number, number] => [x, y] satisfies Spot),
  }
}
