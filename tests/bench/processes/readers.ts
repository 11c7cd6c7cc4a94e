import { Agent, type IncomingMessage, request } from 'node:http'
import { answerCalls } from '../harness/calls'
import type { CapturedRequest } from '../harness/captured-request'
import { median } from '../harness/statistics.mjs'

/** Many readers of one response, in a process of their own. They note when bytes come and decode nothing. */
interface Reader {
  readonly response: IncomingMessage
  readonly arrivals: bigint[]
}

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
let readers: Reader[] = []

/** @param isStalled takes the head of the response and reads nothing more */
function open({ method, url, headers }: CapturedRequest, isStalled: boolean): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      const reader: Reader = { response, arrivals: [] }
      if (response.statusCode !== 200) return reject(new Error(`${url} returned ${response.statusCode}`))
      response.on('error', () => undefined) // a server that ends with its row cuts its readers
      if (isStalled) return resolve(reader)
      response.on('data', () => {
        reader.arrivals.push(process.hrtime.bigint())
        resolve(reader)
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

const calls = {
  /** Adds readers. Resolves once each has the head of its response and, unless it is stalled, its first bytes. */
  async connect(to: CapturedRequest, count: number, isStalled = false) {
    // Some at a time, because a server's queue of new connections is short.
    for (let begun = 0; begun < count; begun += 50) {
      const some = Array.from({ length: Math.min(50, count - begun) }, () => open(to, isStalled))
      readers.push(...(await Promise.all(some)))
    }
  },
  /**
   * The median time from an append to the first bytes that a reader got after it and before the next append, in milliseconds.
   */
  latency(appendedAt: readonly bigint[]) {
    const latencies: number[] = []
    for (const { arrivals } of readers) {
      for (const [index, at] of appendedAt.entries()) {
        const next = appendedAt[index + 1]
        const arrival = arrivals.find((time) => time >= at)
        if (arrival !== undefined && (next === undefined || arrival < next)) latencies.push(Number(arrival - at) / 1e6)
      }
    }
    const expected = readers.length * appendedAt.length
    if (latencies.length < 0.9 * expected) throw new Error(`only ${latencies.length} of ${expected} arrivals`)
    return median(latencies)
  },
  disconnect() {
    for (const { response } of readers) response.destroy()
    readers = []
  },
  /** Sends one request after another. Returns the median time to the first byte of a body, in milliseconds. */
  async firstByte(requests: readonly CapturedRequest[]) {
    const durations: number[] = []
    for (const each of requests) durations.push(await timeFirstByte(each))
    return median(durations)
  },
}

const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 })

function timeFirstByte({ method, url, headers }: CapturedRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const beganAt = performance.now()
    const sent = request(url, { method, headers, agent: keepAlive }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${url} returned ${response.statusCode}`))
      let duration: number | undefined
      response.on('data', () => {
        duration ??= performance.now() - beganAt
      })
      response.on('end', () => resolve(duration ?? Number.NaN))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}
export type Readers = typeof calls
answerCalls(calls)
