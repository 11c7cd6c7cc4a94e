/** Waits for an effect of real sockets. Fails after 5 s. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It did not happen within 5 s: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
