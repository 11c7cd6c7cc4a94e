import { StreamsError } from '../../errors'

/**
 * `meta` as JSON. What JSON cannot hold is refused before the database is asked: no repetition would help, and nothing is
 * wrong with the database.
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
  const reason = cause instanceof Error ? cause.message : `a ${typeof meta} is none`
  throw new StreamsError(
    'invalid-option',
    `meta cannot be kept by ${store}, which keeps any JSON value: ${reason}. ` +
      'Pass what JSON can hold, such as a string for a bigint.',
    { cause },
  )
}
