/** Waits for what others do in their own time; fails after 30 s. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It did not come to pass: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
