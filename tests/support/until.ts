/**
 * Waits until a condition holds. Fails after 30 s.
 *
 * @param what what should have happened, for the error. @default the code of the condition
 */
export async function until(condition: () => boolean | Promise<boolean>, what = String(condition)): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`This did not happen within 30 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
