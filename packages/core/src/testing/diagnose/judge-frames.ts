import { HELD_MS } from '../../sources/http/read-framed'
import { BUFFERING_CURE, type Finding, seconds } from './finding'
import type { Arrival, Observation } from './observe-response'

/** Bytes that arrive within this time count as one arrival, in milliseconds. */
export const TOGETHER_MS = 50

/** The server writes a mark once in this time, while text flows, in milliseconds. */
const MARK_MS = 1000

const UNTIL_THEN = 'Until then clients ask for events, and read in short requests if these are held back too.'

/** Judges framed text by its frames and by the marks of time in it. */
export function judgeFrames(seen: Observation, shortMs: number): Finding | undefined {
  return findAltered(seen) ?? findHeldBack(seen, shortMs) ?? findUnmarked(seen)
}

function findAltered({ altered }: Observation): Finding | undefined {
  if (altered === undefined) return undefined
  return {
    code: 'altered',
    problem: 'The bytes of the text are changed on their way.',
    evidence: `${altered.words} (in the first ${altered.bytes} bytes)`,
    cure: `Find what rewrites responses on this path (a filter, a converter of character sets, a virus scanner), and turn it off for \`application/vnd.keepstream\`, or let \`Cache-Control: no-transform\` pass. ${UNTIL_THEN}`,
  }
}

function findHeldBack({ response, arrivals, endMs, hasEnd, ending }: Observation, shortMs: number) {
  const first = arrivals[0]
  // The server sends the headers and the first frame together.
  const lateMs = (first?.atMs ?? endMs) - (response?.atMs ?? 0)
  if (lateMs >= HELD_MS)
    return held(`no byte for ${seconds(lateMs)} after the headers, although the server sends one with them`)

  const bursts = inBursts(arrivals)
  // One mark comes with the text, and one may be a keep-alive.
  const most = Math.max(0, ...bursts.map(({ marks }) => marks))
  const firstMs = first?.atMs ?? 0
  const isGulp = bursts.length === 1 && firstMs >= shortMs && (hasEnd || ending !== 'enough')
  if (isGulp && most > 0)
    return held(`nothing for ${seconds(firstMs)}, then at once a text that was written in that time`)
  if (most > 2) return held(`at once, a text that was written over ${seconds((most - 2) * MARK_MS)} or more`)
  return undefined
}

/** What arrived together. */
function inBursts(arrivals: readonly Arrival[]) {
  const bursts: { marks: number; atMs: number }[] = []
  for (const { atMs, marks } of arrivals) {
    const last = bursts.at(-1)
    if (last && atMs - last.atMs <= TOGETHER_MS) {
      last.marks += marks
      last.atMs = atMs
    } else bursts.push({ marks, atMs })
  }
  return bursts
}

/** Text that comes twice that time after the last mark should have one before it. */
function findUnmarked({ arrivals }: Observation): Finding | undefined {
  let markedAt = arrivals[0]?.atMs ?? 0
  for (const { atMs, marks, length } of arrivals) {
    if (marks) markedAt = atMs
    else if (length && atMs - markedAt >= 2 * MARK_MS)
      return {
        code: 'unmarked',
        problem:
          'The marks of time are missing in the text: without them clients may not notice that something holds it back.',
        evidence: `text ${seconds(atMs - markedAt)} after the last mark`,
        cure: 'Send an empty frame (two bytes 0xFF) before text that comes 1 s or more after the last one. Keepstream’s server does; if it is yours, something on the way removes them.',
      }
  }
  return undefined
}

function held(evidence: string): Finding {
  const cure = `${BUFFERING_CURE} ${UNTIL_THEN}`
  return { code: 'buffered', problem: 'The response is held back on its way.', evidence, cure }
}
