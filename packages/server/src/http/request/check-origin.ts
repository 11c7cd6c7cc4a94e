import { invalid } from '../../options/check-options'

/**
 * An origin as browsers send it, so that it can be compared as it stands: schemes of their own, as apps and extensions
 * have, are opaque to `URL.origin`. What would never match, or would match anybody, is refused.
 */
export function checkOrigin(given: unknown): string {
  const cure = problemOf(given)
  if (typeof given === 'string' && cure === undefined) return given
  return invalid('allowedOrigins', `${JSON.stringify(String(given))} is no origin to list: ${cure}`)
}

function problemOf(given: unknown): string | undefined {
  const form = "list origins such as 'https://app.example' or 'tauri://localhost'"
  if (typeof given !== 'string') return form
  if (given.includes('*')) return 'there are no wildcards; list each origin'
  if (given === 'null' || /^file:/i.test(given)) {
    return 'every file and every sandboxed page sends it, whoever made it; serve the page from an origin of its own'
  }
  if (!/^\s*[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(given) || !URL.canParse(given)) return form
  const { protocol, host } = new URL(given)
  if (/^(ftp|wss?):$/.test(protocol)) return 'no page has an origin of this scheme'
  const origin = `${protocol}//${host}`
  return given === origin ? undefined : `write '${origin}'`
}
