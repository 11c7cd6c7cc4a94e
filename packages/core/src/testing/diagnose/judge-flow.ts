import { BUFFERING_CURE, type Finding, seconds } from './finding'
import { judgeFrames, TOGETHER_MS } from './judge-frames'
import type { Observation } from './observe-response'

export interface FlowLimits {
  readonly shortMs: number
  readonly silentMs: number
  readonly rolloverMs: number
}

/** Judges a response by its arrival times. */
export function judgeFlow(seen: Observation, limits: FlowLimits): Finding[] {
  const isRaw = seen.form === 'raw'
  const held = seen.response ? findHeldBack(seen, limits) : findNoResponse(seen, limits)
  if (held) return [held]
  return [findCut(seen, limits), !isRaw && findSilence(seen, limits), findNothing(seen, limits)].filter(
    (finding) => !!finding,
  )
}

function findNoResponse({ endMs }: Observation, { shortMs }: FlowLimits) {
  return endMs < shortMs ? undefined : buffered(`not even a header within ${seconds(endMs)}`)
}

function findHeldBack(seen: Observation, { shortMs }: FlowLimits) {
  const { form, arrivals, endMs, ending, hasEnd, events, comments } = seen
  const isFramed = form === 'framed'
  const found = isFramed && judgeFrames(seen, shortMs)
  if (found) return found
  const [first, last] = [arrivals[0], arrivals.at(-1)]
  if (!first || !last) return undefined
  const bytes = arrivals.reduce((sum, one) => sum + one.bytes, 0)
  // Keep-alives are sent seconds apart, and so are most events of a response that took long.
  const isGulp =
    last.atMs - first.atMs <= TOGETHER_MS && first.atMs >= shortMs && (events > 2 || comments > 1 || bytes > 64)
  // Framed text shows by its marks how it was written.
  if (isGulp && !isFramed && (hasEnd || ending !== 'enough'))
    return buffered(`nothing for ${seconds(first.atMs)}, then ${bytes} bytes at once, and the end`)

  const whole = arrivals.slice(0, -1)
  const size = first.bytes
  const areBlocks = whole.length > 2 && size >= 512 && whole.every((one) => one.bytes % size === 0)
  if (areBlocks && endMs >= shortMs) return buffered(`only full blocks of ${size} bytes`)
  return undefined
}

function findCut({ method, arrivals, ending, endMs, hasEnd, response, form }: Observation, limits: FlowLimits) {
  const isRolledOver = ending === 'ended' && method === 'GET' && endMs >= limits.rolloverMs
  const isCut = ending === 'cut' || (ending === 'ended' && form !== 'raw' && !hasEnd && !isRolledOver)
  if (!isCut) return undefined
  const quietMs = endMs - (arrivals.at(-1)?.atMs ?? response?.atMs ?? 0)
  const wasIdle = quietMs > endMs / 2
  return {
    code: 'cut' as const,
    problem: 'The connection was cut before the end of the stream.',
    evidence: `${ending === 'cut' ? 'broken off' : 'closed'} after ${seconds(endMs)}, ${seconds(quietMs)} after the last byte, without an end`,
    cure: wasIdle
      ? 'Something cuts connections that are quiet: raise its idle limit (nginx: `proxy_read_timeout`) above the 8 s between keep-alives, and let keep-alives pass.'
      : 'Something limits how long a response may take: raise it for this path (a function’s maximum duration, a load balancer’s or a gateway’s request limit), or look for a server that restarts.',
  }
}

function findSilence({ arrivals, response, endMs, form }: Observation, { silentMs }: FlowLimits) {
  const times = [response?.atMs ?? 0, ...arrivals.map(({ atMs }) => atMs), endMs]
  const longest = Math.max(...times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)))
  if (longest < silentMs) return undefined
  return {
    code: 'silent' as const,
    problem: 'Keep-alives are missing: clients treat a connection that is silent for this long as dead.',
    evidence: `no byte for ${seconds(longest)}`,
    cure: `Send ${form === 'framed' ? 'an empty frame (two bytes 0xFF)' : 'a comment (`:` and an empty line)'} at least every 10 s; if the server does, a proxy holds back small chunks. ${BUFFERING_CURE}`,
  }
}

function findNothing({ arrivals, ending, hasEnd, endMs }: Observation, { shortMs }: FlowLimits) {
  const isShort = endMs < shortMs && (hasEnd || ending === 'ended')
  if (!isShort && arrivals.length > 1) return undefined
  const isLong = endMs >= shortMs
  return {
    code: 'inconclusive' as const,
    problem: 'The response shows nothing about buffering.',
    evidence: isLong ? `${arrivals.length} arrivals within ${seconds(endMs)}` : `it ended after ${seconds(endMs)}`,
    cure: 'Diagnose a stream while its text is being written, for some seconds.',
  }
}

function buffered(evidence: string): Finding {
  return { code: 'buffered', problem: 'The response is held back on its way.', evidence, cure: BUFFERING_CURE }
}
