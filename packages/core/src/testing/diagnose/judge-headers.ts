import { framedType } from '../../sources/http/wire-names'
import type { Finding } from './finding'
import type { Observation } from './observe-response'

/**
 * Judges a response by its status and headers. Findings contain only the headers that are named here.
 *
 * @param shortMs a response that ends sooner held nothing back, in milliseconds
 */
export function judgeHeaders(
  { response, isFailed, form, ending, endMs, hasEnd }: Observation,
  shortMs: number,
  origin: string | undefined,
  credentials: RequestCredentials | undefined,
): Finding[] {
  if (!response) return isFailed ? [unreachable] : []
  const { status, headers } = response
  // A browser hides the details of a redirect: its status is 0.
  if (status === 0 || (status >= 300 && status < 400)) return [redirected(status, headers)]
  if (status < 200 || status > 203) return [refused(status)]

  const findings: Finding[] = []
  const type = shortValue(headers, 'content-type')
  const isNamedFramed = type.startsWith(framedType)
  const isEvents = /^text\/event-stream/i.test(type)
  if (form === 'framed' && !isNamedFramed) findings.push(renamed(type))
  else if (!isNamedFramed && !isEvents && !/^text\/plain/i.test(type)) findings.push(wrongType(type))
  if (form === 'raw' && shortValue(headers, 'x-content-type-options') !== 'nosniff') findings.push(sniffed)

  const encoding = shortValue(headers, 'content-encoding')
  // A server may compress a text that has ended.
  const isFinished = (hasEnd || ending === 'ended') && endMs < shortMs
  if (encoding && encoding !== 'identity' && !isFinished) findings.push(compressed(encoding))

  const hits = [...cacheHeaders, 'age']
    .map((name) => [name, shortValue(headers, name)] as const)
    .filter(([name, value]) => (name === 'age' ? Number(value) > 0 : /\bhit\b/i.test(value)))
  const control = shortValue(headers, 'cache-control')
  if (hits.length) findings.push(cached(hits.map(([name, value]) => `${name}: ${value}`).join(', ')))
  else if (/public|max-age=[1-9]/i.test(control) && !/no-store/i.test(control)) findings.push(cacheable(control))

  if (origin) {
    const allowed = shortValue(headers, 'access-control-allow-origin')
    const isIncluded = credentials === 'include'
    const isAllowed = allowed === origin || (allowed === '*' && !isIncluded)
    const lacksCredentials = isIncluded && shortValue(headers, 'access-control-allow-credentials') !== 'true'
    if (!isAllowed || lacksCredentials) findings.push(cors(allowed))
  }
  return findings
}

/** Headers in which caches report a hit. */
const cacheHeaders = ['x-cache', 'x-cache-status', 'x-proxy-cache', 'cf-cache-status', 'x-vercel-cache', 'cdn-cache']

function shortValue(headers: Headers, name: string): string {
  return (headers.get(name) ?? '').slice(0, 80)
}

const unreachable: Finding = {
  code: 'unreachable',
  problem: 'There was no response: the request failed.',
  evidence: 'fetch rejected before any header arrived',
  cure: 'Check the address and that the server runs. In a browser, a response from another origin is hidden unless the server lists the page’s origin (CORS), also for the OPTIONS request that comes first.',
}

function redirected(status: number, headers: Headers): Finding {
  const to = shortValue(headers, 'location')
  const host = /^https?:\/\/[^/?#@]+(?=[/?#]|$)/i.exec(to)?.[0] ?? 'the same origin, or a hidden one'
  return {
    code: 'redirected',
    problem: 'The response is a redirect, which a client of Keepstream refuses.',
    evidence: `status ${status || 'hidden'}, to ${host}`,
    cure: 'Give the client the final URL: its scheme, its host, and its path with or without the last slash. A redirect to a sign-in page means that credentials are missing.',
  }
}

function refused(status: number): Finding {
  const cures: Record<number, string> = {
    401: 'Pass `headers` with a valid token, or `credentials`.',
    403: 'Check who may read this stream; a request that changes something also needs an origin that the server lists.',
    404: 'Check the path where the server’s handler is mounted, that a proxy passes it on, and that this reader may see the stream.',
    405: 'Use the other method: `GET` reads, `POST` drives.',
    429: 'Something limits the rate of requests: let reads of streams through.',
    502: 'A proxy does not reach the server, or the server closed the connection: read the proxy’s log.',
    503: 'A proxy or the server is out of capacity: read the logs of both.',
    504: 'A proxy gave up waiting for the server: raise its time limit for reading from it (nginx: `proxy_read_timeout`).',
  }
  return {
    code: 'refused',
    problem: 'The stream was not served.',
    evidence: `status ${status}`,
    cure: cures[status] ?? 'Read the logs of the server and of the proxies before it.',
  }
}

function wrongType(type: string): Finding {
  const isPage = /html/i.test(type)
  return {
    code: 'content-type',
    problem: isPage ? 'The response is a page instead of a stream.' : 'The response is no text stream.',
    evidence: `content-type: ${type || 'none'}`,
    cure: isPage
      ? 'The path leads to a page, such as a single-page application’s fallback or a sign-in: route it to the server’s handler.'
      : `Serve \`${framedType}\` or \`text/event-stream\`, or \`text/plain\` for raw text, and let nothing rewrite it.`,
  }
}

function renamed(type: string): Finding {
  return {
    code: 'content-type',
    problem: 'The response is framed text under another type, so no client can read it.',
    evidence: `content-type: ${type || 'none'}, and a first byte that only framed text has`,
    cure: `Let the server’s \`Content-Type: ${framedType}\` pass as it is.`,
  }
}

const sniffed: Finding = {
  code: 'sniffed',
  problem: 'Some browsers hold back the first bytes of such a response to guess its type.',
  evidence: 'x-content-type-options is not nosniff',
  cure: 'Send `X-Content-Type-Options: nosniff`, and let no proxy remove it.',
}

function compressed(encoding: string): Finding {
  return {
    code: 'compressed',
    problem: 'The stream is compressed: text is held back until a block of it is full.',
    evidence: `content-encoding: ${encoding}`,
    cure: 'Turn compression off for this path (nginx: `gzip off`; Express: a `filter` for `compression`), and let `Cache-Control: no-transform` pass.',
  }
}

function cached(evidence: string): Finding {
  return {
    code: 'cached',
    problem: 'The response came from a cache: it is old, and does not grow.',
    evidence,
    cure: 'Exclude this path from the cache, or have it respect `Cache-Control: no-store`.',
  }
}

function cacheable(control: string): Finding {
  return {
    code: 'cached',
    problem: 'A cache on the way may keep the response.',
    evidence: `cache-control: ${control}`,
    cure: 'Let the server’s `Cache-Control: no-store, no-transform` pass as it is.',
  }
}

function cors(allowed: string): Finding {
  return {
    code: 'cors',
    problem: 'A page of this origin may not read the response.',
    evidence: `access-control-allow-origin: ${allowed || 'none'}`,
    cure: 'List the page’s origin at the server, with credentials if they are sent; a proxy must neither remove nor double the header.',
  }
}
