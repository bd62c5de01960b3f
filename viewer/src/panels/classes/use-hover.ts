import { useEffect, useRef, useState } from 'preact/hooks'

/** Milliseconds that the pointer rests before more is shown. */
const REST_MS = 350

/** Return whether the pointer has rested on something, and what tells that it comes and goes. */
export function useHover(isAllowed: boolean): readonly [boolean, (isOver: boolean) => void] {
  const [isResting, setResting] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const tell = (isOver: boolean) => {
    clearTimeout(timer.current)
    if (isOver) timer.current = setTimeout(() => setResting(true), REST_MS)
    else setResting(false)
  }
  return [isResting && isAllowed, tell]
}
