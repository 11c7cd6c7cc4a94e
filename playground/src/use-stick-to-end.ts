import { type RefCallback, useCallback, useRef, useState } from 'react'

export interface StickToEnd {
  /** For the element that scrolls; its first child is what grows. */
  readonly ref: RefCallback<HTMLElement>
  /** The reader has scrolled away from the end. */
  readonly isAway: boolean
  readonly goToEnd: () => void
}

const nearPx = 32

/** Keeps the end in sight while the content grows, until the reader scrolls up; at the end it holds again. */
export function useStickToEnd(): StickToEnd {
  const element = useRef<HTMLElement>(null)
  const [isAway, setIsAway] = useState(false)

  const ref = useCallback((scroller: HTMLElement | null) => {
    if (scroller === null) return
    element.current = scroller
    let isStuck = true
    let lastTop = scroller.scrollTop

    const onScroll = () => {
      const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearPx
      // Growth moves the end away without moving the reader: only an upward move is the reader's wish to leave.
      if (isNear) isStuck = true
      else if (scroller.scrollTop < lastTop) isStuck = false
      lastTop = scroller.scrollTop
      setIsAway(!isStuck)
    }
    const onGrowth = () => {
      if (isStuck) scroller.scrollTop = scroller.scrollHeight
    }
    const observer = new ResizeObserver(onGrowth)
    observer.observe(scroller)
    if (scroller.firstElementChild !== null) observer.observe(scroller.firstElementChild)
    scroller.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', onScroll)
    }
  }, [])

  const goToEnd = useCallback(() => {
    const scroller = element.current
    if (scroller !== null) scroller.scrollTop = scroller.scrollHeight
  }, [])

  return { ref, isAway, goToEnd }
}
