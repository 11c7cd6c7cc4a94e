/**
 * Lets sections onto the page one after the other, each in a task of its own, so that a long text never holds up the page.
 * There is room for one more than there are, which a text that grows takes at once. Returns the undo.
 */
export function showMore(limit: number, count: number, setLimit: (limit: number) => void): () => void {
  if (limit > count) return () => {}
  const timer = setTimeout(() => setLimit(limit + 1))
  return () => clearTimeout(timer)
}
