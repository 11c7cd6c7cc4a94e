/** Waits until a condition holds. Fails after 30 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`This did not become true within 30 s: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
