import { isIP } from 'node:net'
import { refuse } from './refuse'

type Fetch = (request: Request) => Response | Promise<Response>

export interface ServedHosts {
  /** What the server listens on. */
  readonly host: string
  /** More names under which the playground may be opened. */
  readonly allowedHosts: readonly string[]
}

/**
 * Answers only requests for a host that the playground is served under. A page of another site can point its own name at
 * this machine (DNS rebinding), and would then read all conversations as its own origin: only the `Host` header tells.
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
  // Nobody can point an address of their own at this machine, only a name.
  return isEveryInterface(host) && isIP(name.replace(/^\[|\]$/g, '')) > 0
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Listening there is sharing with whoever reaches this machine. */
export function isEveryInterface(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** An address as it stands in a URL. */
export function toUrlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** Of a `Host` header, without its port; empty if it is none. */
function hostname(header: string | null): string {
  const url = `http://${header ?? ''}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : ''
}
