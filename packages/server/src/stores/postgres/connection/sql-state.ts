/** Whether an error has one of these SQLSTATEs. All clients have it in `code`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && codes.includes(code)
}
