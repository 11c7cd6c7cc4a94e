import { invalid } from '../../options/check-options'

/**
 * Checks an origin, which must be written as browsers send it, and is compared as a string: `URL.origin` is opaque for
 * the custom schemes of apps and extensions. An origin that would never match, or would match any page, is refused.
 */
export function checkOrigin(given: unknown): string {
  const cure = problemOf(given)
  if (typeof given === 'string' && cure === undefined) return given
  return invalid('allowedOrigins', `${JSON.stringify(String(given))} cannot be listed: ${cure}`)
}

function problemOf(given: unknown): string | undefined {
  const form = "list origins such as 'https://app.example' or 'tauri://localhost'"
  if (typeof given !== 'string') return form
  if (given.includes('*')) return 'there are no wildcards; list each origin'
  if (given === 'null' || /^file:/i.test(given)) {
    return 'every file and every sandboxed page sends it, so it would allow them all; serve the page from its own origin'
  }
  if (!/^\s*[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(given) || !URL.canParse(given)) return form
  const { protocol, host } = new URL(given)
  if (/^(ftp|wss?):$/.test(protocol)) return 'no page has an origin of this scheme'
  const origin = `${protocol}//${host}`
  return given === origin ? undefined : `write '${origin}'`
}
