import { StreamServerError } from '../../errors'

/**
 * `meta` as JSON.
 *
 * @throws StreamServerError `invalid-option` if JSON cannot hold it: a retry would not help, and the database is not at fault
 */
export function toMetaJson(store: string, meta: unknown): string {
  let json: string | undefined
  let cause: unknown
  try {
    json = meta === undefined ? 'null' : JSON.stringify(meta)
  } catch (error) {
    cause = error
  }
  if (json !== undefined) return json
  const reason = cause instanceof Error ? cause.message : `a ${typeof meta} is not a JSON value`
  throw new StreamServerError(
    'invalid-option',
    `meta cannot be stored by ${store}, which stores any JSON value: ${reason}. ` +
      'Pass a value that JSON can hold, such as a string for a bigint.',
    { cause },
  )
}
