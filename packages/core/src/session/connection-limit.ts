import type { Environment } from '../environment'

/** A browser allows six connections to a server over HTTP/1.1. This leaves one for `stop()`, and one for a short read. */
const FEW = 4

/** A server allows 100 or more requests at the same time over one connection of HTTP/2 (RFC 9113, 6.5.2) or HTTP/3. */
const MANY = 90

/**
 * How many connections to `url` may be open. It is few unless it is known that they may be many: in Deno, Bun and Node (which
 * names itself from version 21 on), and where a browser reports that the server of `url` speaks HTTP/2 or HTTP/3.
 *
 * A page knows that of its own server from the start. It knows it of another server once a request to it has ended whose
 * response had `Timing-Allow-Origin` (https://www.w3.org/TR/resource-timing/). So this is read again whenever it matters.
 */
export function connectionLimit({ navigator, location, performance }: Environment, url?: string): number {
  if (/^(Node|Deno|Bun)\b/.test(navigator?.userAgent ?? '')) return MANY
  if (url === undefined || !location || !performance?.getEntries) return FEW
  let server: string
  try {
    server = `${new URL(url, location.href).origin}/`
  } catch {
    return FEW // a frame without an address of its own (about:srcdoc), or a URL that `fetch` refuses
  }
  const entries = performance
    .getEntries()
    .filter(({ name, nextHopProtocol }) => nextHopProtocol && name.startsWith(server))
  return /^h[23]/.test(String(entries.at(-1)?.nextHopProtocol)) ? MANY : FEW
}
