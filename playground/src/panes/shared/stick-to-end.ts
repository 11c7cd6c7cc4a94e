/** So near the end counts as at the end. */
const nearPx = 32

/**
 * Keeps the end of an element that scrolls in sight while its first child grows, until the reader scrolls up; at the end
 * it holds again. Tells when the reader goes away from the end, and comes back. Returns the undo.
 */
export function stickToEnd(scroller: HTMLElement, onAway: (isAway: boolean) => void): () => void {
  let isStuck = true
  let lastTop = 0

  const onScroll = () => {
    // Growth moves the end away without moving the reader: only an upward move is the reader's wish to leave.
    if (isNearEnd(scroller)) isStuck = true
    else if (scroller.scrollTop < lastTop) isStuck = false
    lastTop = scroller.scrollTop
    onAway(!isStuck)
  }
  let onGrowth = () => {
    // Who was put in the middle of the text before it was first looked at is reading there.
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
