import { checkNumber } from '../check-number'
import type { Finding } from './finding'
import { judgeFlow } from './judge-flow'
import { judgeHeaders } from './judge-headers'
import { type ObserveOptions, observeResponse } from './observe-response'

export interface DiagnoseOptions extends Partial<ObserveOptions> {
  /** A response that ends sooner than this shows nothing about buffering, in milliseconds. @default 1000 */
  readonly shortMs?: number | undefined
  /** A longer silence on an event stream means that keep-alives are missing, in milliseconds. @default 20000 */
  readonly silentMs?: number | undefined
  /** If a read ends cleanly after this time, the server ended it on purpose, in milliseconds. @default 45000 */
  readonly rolloverMs?: number | undefined
}

export interface Diagnosis {
  /** The response arrived as a flow, and nothing is wrong with it. */
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/**
 * Sends one request that reads or drives a stream. From the status, the headers and the arrival times of the bytes it finds
 * a proxy that buffers, compresses, cuts or caches. Use it while the text is being written. It reads for at most `maxMs` and
 * at most `maxBytes`, and rejects only for options that cannot be used.
 *
 * @throws {StreamError} `invalid-option`
 */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { maxMs = 30_000, maxBytes = 1024 * 1024, shortMs = 1000, silentMs = 20_000, rolloverMs = 45_000 } = options
  for (const [name, value] of Object.entries({ maxMs, shortMs, silentMs, rolloverMs }))
    checkNumber('diagnose', name, value, { min: 1 })
  checkNumber('diagnose', 'maxBytes', maxBytes, { min: 1, max: Number.MAX_SAFE_INTEGER })

  const seen = await observeResponse(url, { ...options, maxMs, maxBytes })
  const findings = judgeHeaders(seen, shortMs, options.origin, options.credentials)
  // The flow is judged only if the response is a text stream.
  const isStream = !findings.some(({ code }) => /^(unreachable|refused|redirected|content-type)$/.test(code))
  if (isStream) findings.push(...judgeFlow(seen, { shortMs, silentMs, rolloverMs }))
  const isCached = findings.some(({ code }) => code === 'cached')
  const left = findings.filter(({ code }) => !(isCached && code === 'inconclusive'))
  return { ok: left.length === 0, findings: left }
}
