import { checkNumber } from './check-number'
import type { Finding } from './finding'
import { judgeFlow } from './judge-flow'
import { judgeHeaders } from './judge-headers'
import { type ObserveOptions, observeAnswer } from './observe-answer'

export interface DiagnoseOptions extends Partial<ObserveOptions> {
  /** An answer that is over sooner than this tells nothing about buffering, in milliseconds. @default 1000 */
  readonly shortMs?: number | undefined
  /** Longer silence on an event stream means that keep-alives are missing, in milliseconds. @default 20000 */
  readonly silentMs?: number | undefined
  /** A read that ends cleanly after this long was ended by the server on purpose, in milliseconds. @default 45000 */
  readonly rolloverMs?: number | undefined
}

export interface Diagnosis {
  /** The answer was seen to flow, and nothing is wrong with it. */
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/**
 * Makes one request to a stream, or to what drives one, and tells from when its bytes arrive, its headers and its status
 * what stands in the way: a proxy that buffers, compresses, cuts or caches. Best while the text is being written; it
 * reads no longer than `maxMs` and no more than `maxBytes`, and rejects only for options that cannot be used.
 *
 * @throws {StreamError} `invalid-option`
 */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { maxMs = 30_000, maxBytes = 1024 * 1024, shortMs = 1000, silentMs = 20_000, rolloverMs = 45_000 } = options
  for (const [name, value] of Object.entries({ maxMs, shortMs, silentMs, rolloverMs }))
    checkNumber('diagnose', name, value, { min: 1 })
  checkNumber('diagnose', 'maxBytes', maxBytes, { min: 1, max: Number.MAX_SAFE_INTEGER })

  const seen = await observeAnswer(url, { ...options, maxMs, maxBytes })
  const findings = judgeHeaders(seen, options.origin, options.credentials)
  // What is no text stream has no flow to be judged.
  const isStream = !findings.some(({ code }) => /^(unreachable|refused|redirected|content-type)$/.test(code))
  if (isStream) findings.push(...judgeFlow(seen, { shortMs, silentMs, rolloverMs }))
  const isCached = findings.some(({ code }) => code === 'cached')
  const left = findings.filter(({ code }) => !(isCached && code === 'inconclusive'))
  return { ok: left.length === 0, findings: left }
}
