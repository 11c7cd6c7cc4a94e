import { isIP } from 'node:net'
import { refuse } from './refuse'

type Fetch = (request: Request) => Response | Promise<Response>

export interface ServedHosts {
  /** The address that the server listens on. */
  readonly host: string
  /** More names under which the playground may be opened. */
  readonly allowedHosts: readonly string[]
}

/**
 * Refuses requests for a host name that the playground is not served under. A page of another site can point its own name
 * at this machine (DNS rebinding). Then it could read all conversations as its own origin. Only the `Host` header shows that.
 */
export function guardHost(fetch: Fetch, hosts: ServedHosts): Fetch {
  return (request) => {
    const name = hostname(request.headers.get('host'))
    if (isServed(name, hosts)) return fetch(request)
    return refuse(
      403,
      'unknown-host',
      `The playground is not served as ${JSON.stringify(name)}. If that name is meant: ALLOWED_HOSTS=${name} npm start`,
    )
  }
}

function isServed(name: string, { host, allowedHosts }: ServedHosts): boolean {
  if (loopback.has(name) || name === hostname(toUrlHost(host))) return true
  if (allowedHosts.some((allowed) => hostname(allowed) === name)) return true
  // An attacker can point a name at this machine, but not an IP address.
  return isEveryInterface(host) && isIP(name.replace(/^\[|\]$/g, '')) > 0
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** With such a host, everyone who can reach this machine can open the playground. */
export function isEveryInterface(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** An address in the form for a URL. */
export function toUrlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** The host name in a `Host` header, without its port. Empty if the header is missing or invalid. */
function hostname(header: string | null): string {
  const url = `http://${header ?? ''}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : ''
}
