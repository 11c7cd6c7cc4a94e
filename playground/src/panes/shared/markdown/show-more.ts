/**
 * Raises the number of shown sections one by one, each in a separate task, so that a long text never blocks the page. The
 * limit is one above the count, so that a growing text shows its next section at once. Returns a function that cancels it.
 */
export function showMore(limit: number, count: number, setLimit: (limit: number) => void): () => void {
  if (limit > count) return () => {}
  const timer = setTimeout(() => setLimit(limit + 1))
  return () => clearTimeout(timer)
}
