/**
 * A random id for a new stream, which nobody can guess: 128 bits in base64url. Show it with `useStream` at once, and pass
 * `create` with `start`.
 */
export function createStreamId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes)).replace(/\W/g, (char) => ({ '+': '-', '/': '_' })[char] ?? '')
}
