import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Skeleton, type Spot } from '../../model/skeleton'
import { SKELETON_PRESETS } from '../../model/skeleton-presets'
import { Button, IconButton } from '../kit/button'
import { EmptyState } from '../kit/empty-state'
import { Select } from '../kit/field'
import type { ClassEdit } from './class-edit'
import { SkeletonFigure } from './skeleton-figure'
import './skeleton-tab.css'

interface SkeletonTabProps {
  readonly edit: ClassEdit
}

/** The skeleton of a class: its figure at the left, its keypoints in the order in which they are clicked at the right. */
export function SkeletonTab({ edit }: SkeletonTabProps) {
  const skeleton: Skeleton = edit.draft.value.now.skeleton ?? Skeleton.EMPTY
  const chosen = useSignal<number | null>(null)
  const picture = useSignal<string | null>(null)
  const set = (next: Skeleton) => edit.set({ skeleton: next.names.length ? next : null })
  const error = edit.problemOf('skeleton')
  useEffect(
    () => () => {
      if (picture.value) URL.revokeObjectURL(picture.value)
    },
    [],
  )
  return (
    <div class="joints-tab">
      <div class="joints-side">
        <SkeletonFigure
          skeleton={skeleton}
          chosen={chosen.value}
          picture={picture.value}
          onChange={set}
          onChoose={(point) => {
            chosen.value = point
          }}
        />
        <p class="kit-hint">
          Click adds a keypoint · click one, then another: a bone between them comes or goes · drag moves ·
          Del removes
        </p>
        <PictureButton
          hasPicture={picture.value !== null}
          onPicture={(address) => {
            if (picture.value) URL.revokeObjectURL(picture.value)
            picture.value = address
          }}
        />
      </div>
      <div class="joints-points">
        <Acts skeleton={skeleton} chosen={chosen.value} onChange={set} />
        {error && (
          <p class="kit-error" role="alert">
            {error}
          </p>
        )}
        {skeleton.names.length > 0 ? (
          <Points
            skeleton={skeleton}
            chosen={chosen.value}
            hasError={error !== null}
            onChange={set}
            onChoose={(point) => {
              chosen.value = point
            }}
          />
        ) : (
          <EmptyState icon="keypoints" title="No keypoints">
            Click on the figure to add one, or start from a skeleton that is there. Objects of this class can
            then be drawn keypoint by keypoint (K).
          </EmptyState>
        )}
      </div>
    </div>
  )
}

interface PictureButtonProps {
  readonly hasPicture: boolean
  readonly onPicture: (address: string | null) => void
}

/** Puts a picture behind the figure, to click the keypoints on; it stays in this window. */
function PictureButton({ hasPicture, onPicture }: PictureButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div class="joints-picture">
      <input
        ref={input}
        type="file"
        accept="image/*"
        aria-label="Picture behind the figure"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) onPicture(URL.createObjectURL(file))
          currentTarget.value = ''
        }}
      />
      <Button kind="ghost" icon="image" onClick={() => input.current?.click()}>
        {hasPicture ? 'Another picture behind it' : 'Put a picture behind it'}
      </Button>
      {hasPicture && (
        <IconButton icon="close" size={22} label="Take the picture away" onClick={() => onPicture(null)} />
      )}
    </div>
  )
}

interface PointsProps {
  readonly skeleton: Skeleton
  readonly chosen: number | null
  readonly onChange: (skeleton: Skeleton) => void
}

function Acts({ skeleton, chosen, onChange }: PointsProps) {
  const preset = SKELETON_PRESETS.find((p) => p.skeleton === skeleton)
  return (
    <div class="joints-acts">
      <Button icon="plus" onClick={() => onChange(Skeleton.added(skeleton, freeSpot(skeleton)))}>
        Add keypoint
      </Button>
      <Select
        name="Start from"
        value={preset?.id ?? ''}
        options={[
          { value: '', title: 'Start from…' },
          ...SKELETON_PRESETS.map(({ id, title }) => ({ value: id, title })),
        ]}
        onChange={(id) => {
          const found = SKELETON_PRESETS.find((p) => p.id === id)
          if (found) onChange(found.skeleton)
        }}
      />
      <IconButton
        icon="chevron-up"
        label="Earlier"
        disabled={!chosen}
        onClick={() => chosen && onChange(Skeleton.reordered(skeleton, chosen, -1))}
      />
      <IconButton
        icon="chevron-down"
        label="Later"
        disabled={chosen === null || chosen >= skeleton.names.length - 1}
        onClick={() => chosen !== null && onChange(Skeleton.reordered(skeleton, chosen, 1))}
      />
    </div>
  )
}

function Points({
  skeleton,
  chosen,
  hasError,
  onChange,
  onChoose,
}: PointsProps & { readonly hasError: boolean; readonly onChoose: (point: number | null) => void }) {
  const { names } = skeleton
  const mirrors = Skeleton.mirrors(skeleton)
  const isBad = (name: string) =>
    hasError && (!name.trim() || names.filter((n) => n.trim() === name.trim()).length > 1)
  return (
    <ol class="joints-rows" aria-label="Keypoints">
      {names.map((name, i) => (
        <li key={i} data-chosen={chosen === i || undefined}>
          <span class="mono dim">{i + 1}</span>
          <input
            class="kit-input"
            aria-label={`Name of keypoint ${i + 1}`}
            aria-invalid={isBad(name)}
            maxLength={120}
            value={name}
            onFocus={() => onChoose(i)}
            onInput={({ currentTarget }) => onChange(Skeleton.renamed(skeleton, i, currentTarget.value))}
          />
          <Select
            name={`Mirror image of ${name}`}
            value={String(mirrors[i])}
            options={names.map((other, k) => ({
              value: String(k),
              title: k === i ? 'in the middle' : `mirrors ${other}`,
            }))}
            onChange={(k) => onChange(Skeleton.mirrored(skeleton, i, Number(k)))}
          />
          <IconButton
            icon="trash"
            size={22}
            label={`Remove ${name}`}
            onClick={() => {
              onChange(Skeleton.removed(skeleton, i))
              onChoose(null)
            }}
          />
        </li>
      ))}
    </ol>
  )
}

/** Return a place on the figure where no point stands: the first one in rows. */
function freeSpot(skeleton: Skeleton): Spot {
  const taken = Skeleton.spots(skeleton)
  for (let n = 0; n < 64; n++) {
    const spot: Spot = [0.1 + 0.11 * (n % 8), 0.1 + 0.11 * Math.floor(n / 8)]
    if (taken.every(([x, y]) => Math.hypot(x - spot[0], y - spot[1]) > 0.08)) return spot
  }
  return [0.5, 0.5]
}
