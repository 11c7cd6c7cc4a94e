/** The distance to the end that counts as at the end. */
const nearPx = 32

/**
 * Keeps the end of a scrolling element in view while its first child grows, until the user scrolls up. It starts again when
 * the user scrolls to the end. Calls `onAway` when that changes. Returns a function that removes it.
 */
export function stickToEnd(scroller: HTMLElement, onAway: (isAway: boolean) => void): () => void {
  let isStuck = true
  let lastTop = 0

  const onScroll = () => {
    // Growth moves the end away without scrolling. Only scrolling up means that the user leaves the end.
    if (isNearEnd(scroller)) isStuck = true
    else if (scroller.scrollTop < lastTop) isStuck = false
    lastTop = scroller.scrollTop
    onAway(!isStuck)
  }
  let onGrowth = () => {
    // If the scroll position was set to the middle before the first growth, the user is reading there.
    if (scroller.scrollTop > 0 && !isNearEnd(scroller)) isStuck = false
    onAway(!isStuck)
    onGrowth = follow
    follow()
  }
  const follow = () => {
    if (isStuck) goToEnd(scroller)
  }
  const observer = new ResizeObserver(() => onGrowth())
  observer.observe(scroller)
  if (scroller.firstElementChild !== null) observer.observe(scroller.firstElementChild)
  scroller.addEventListener('scroll', onScroll, { passive: true })
  return () => {
    observer.disconnect()
    scroller.removeEventListener('scroll', onScroll)
  }
}

export function goToEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight
}

function isNearEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < nearPx
}
