import { useState } from 'preact/hooks'
import { Button } from '../kit/button'
import { TextField } from '../kit/field'
import { Popover } from '../kit/popover'
import type { Workbench } from '../workbench'

interface TagPopoverProps {
  readonly bench: Workbench
  readonly anchor: HTMLElement
}

/** A word for what is chosen; it is kept in the attribute `tags` and exported with it. */
export function TagPopover({ bench, anchor }: TagPopoverProps) {
  const { wall } = bench
  const [word, setWord] = useState('')
  const close = () => {
    wall.isTagging.value = false
    document.querySelector<HTMLElement>('.wall-cards')?.focus({ preventScroll: true })
  }
  const give = (tag: string) => {
    wall.tag(tag)
    close()
  }
  const hanging = new Set(wall.index.cards.value.flatMap(({ tags }) => tags))
  const offered = [...new Set([...wall.knownTags.value, ...hanging])].slice(0, 12)
  return (
    <Popover anchor={anchor} label="Tag what is chosen" onClose={close}>
      <form
        class="wall-tagger"
        onSubmit={(event) => {
          event.preventDefault()
          give(word)
        }}
      >
        <TextField
          label="Tag"
          isFirst
          value={word}
          maxLength={60}
          placeholder="blurry"
          hint="Enter gives it to all that is chosen, or takes it away where all have it."
          onChange={setWord}
        />
        {offered.length > 0 && (
          <div class="wall-offered">
            {offered.map((tag) => (
              <Button key={tag} onClick={() => give(tag)}>
                {tag}
              </Button>
            ))}
          </div>
        )}
      </form>
    </Popover>
  )
}
