/** What a call returns or throws. */
export function resultOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
