/** How long to wait after failure number `failures` (1, 2, …): doubling, with 25 % of jitter. */
export function doublingMs(
  failures: number,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return full * (1 - Math.random() / 4)
}
