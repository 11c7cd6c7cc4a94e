import type { Producer, StreamStore } from '@keepstream/server'
import { createRecorder, explainHistory, type StoreTarget } from '@keepstream/server/testkit'
import { answerPieces, answerText, createRandom } from '../../support/answer-text.mjs'
import { createFaults } from './faults'
import { newReader, type OnReceived, type Reader, readDrive, readEvents, readFramed } from './readers'
import { type SimulatedProcess, startProcess } from './simulated-process'
import { createWorld } from './world'

const framedType = 'application/vnd.keepstream'
const leaseMs = 15_000
const pendingMs = 20 * 60_000
const processCount = 3
const chunkCount = 10

/** One store that several servers share. */
export interface HistorySetting {
  readonly target: StoreTarget
  /** The store of each process. The first one is the target's own. */
  readonly stores: readonly StreamStore[]
  /** The store's clock now, in milliseconds since 1970. */
  now: number
}

/** The outcome of a history. All outcomes together show whether the interesting events occurred. */
export interface HistoryTally {
  readonly statuses: readonly string[]
  readonly epochs: number
  readonly crashes: number
  readonly clockSteps: number
  readonly acts: number
}

interface Stream {
  readonly id: string
  readonly index: number
  readonly readers: Reader[]
  readonly produced: number[]
  isDeleted: boolean
  isStopRequested: boolean
}

/**
 * Plays one random history of several servers on one store, on its own clock. Throws if anyone received something
 * wrong. Leaves the store open.
 */
export async function playHistory(setting: HistorySetting, seed: number): Promise<HistoryTally> {
  const random = createRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const chance = (probability: number) => random() < probability
  const world = createWorld(setting.target, setting.now)
  /** How far the store's clock was set forward. */
  let aheadMs = 0
  const recorder = createRecorder(() => world.now() + aheadMs)
  const violations: string[] = []
  const faults = createFaults(random)
  const outage = { until: -Infinity, isStalled: false }
  const isCalm = chance(0.2)
  const isResuming = chance(0.2)
  const begunAt = world.now()
  let crashes = 0
  let clockSteps = 0
  let open = 0

  const start = (number: number) =>
    startProcess({
      number,
      world,
      store: recorder.record(setting.stores[number] ?? setting.target.store, number),
      faults,
      random,
      leaseMs,
      outage,
      onEvent: () => undefined,
    })
  const processes = Array.from({ length: processCount }, (_, number) => start(number))
  const all = [...processes]
  const pause = (ms: number) => new Promise<void>((resolve) => void world.at(world.now() + ms, resolve))
  /** Runs `work` in the background. The history ends only after it. */
  const inBackground = (work: () => Promise<void>) => {
    open++
    work()
      .catch((error: unknown) =>
        violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      )
      .finally(() => open--)
  }
  const anyAlive = (): SimulatedProcess | undefined => {
    const alive = processes.filter(({ isDead }) => !isDead)
    return alive[below(alive.length)]
  }

  const observer = recorder.record(setting.target.store, processCount)
  const streams: Stream[] = []
  for (let index = 0; index < 1 + below(2); index++) {
    const id = streamId(random)
    streams.push({ id, index, readers: [], produced: [], isDeleted: false, isStopRequested: false })
    await observer.create(id, null)
  }

  for (const stream of streams) {
    if (isResuming) {
      loseAndResume(stream)
      continue
    }
    const driveCount = 1 + below(3)
    for (let n = 0; n < driveCount; n++) inBackground(() => drive(stream, below(n === 0 ? 500 : 8_000), `driver ${n}`))
    const followerCount = 1 + below(3)
    for (let n = 0; n < followerCount; n++) inBackground(() => follow(stream, below(6_000), `follower ${n}`))
    if (chance(0.25)) inBackground(() => stop(stream, below(9_000)))
    if (chance(0.06)) inBackground(() => erase(stream, below(12_000)))
    if (chance(0.5)) inBackground(() => readSometimes(stream))
  }
  if (!isCalm && !isResuming) for (let n = 0; n < 1 + below(4); n++) inBackground(() => mishap(below(12_000)))

  await world.run(() => open === 0, 40 * leaseMs)
  if (open > 0) violations.push(`${open} readers or calls never ended`)
  // Processes that others considered dead may come back now, and must not write.
  await world.run(() => false, 3 * leaseMs)
  setting.now = world.now() + aheadMs
  const tally = await checkOutcome()
  for (const process of processes) process.crash()
  if (violations.length > 0) throw new Error([...new Set(violations)].slice(0, 6).join('\n') + lastActs())
  return tally

  /** Nothing reads the stream until the producing process is lost, so that the next drive may resume it. */
  function loseAndResume(stream: Stream): void {
    const lostMs = 500 + below(3_000)
    inBackground(async () => {
      const by = anyAlive()
      const drives = drive(stream, 0, 'driver 0', true, by)
      await pause(lostMs)
      const longMs = (2.2 + 2 * random()) * leaseMs
      const fate = below(4)
      if (fate === 0) by?.freeze(world.now() + longMs)
      else if (fate === 1) by?.cutOff(world.now() + longMs, chance(0.5))
      else if (by !== undefined) await replaceDead(by, below(leaseMs))
      await drives
    })
    for (let n = 1; n < 4; n++)
      inBackground(() => drive(stream, lostMs + 2 * leaseMs + below(12_000), `driver ${n}`, true))
    for (let n = 0; n < 2; n++)
      inBackground(() => follow(stream, lostMs + 2.3 * leaseMs + below(9_000), `follower ${n}`))
  }

  async function drive(
    stream: Stream,
    delayMs: number,
    name: string,
    canResume = chance(0.3),
    first?: SimulatedProcess,
  ): Promise<void> {
    const isFramed = chance(0.5)
    await pause(delayMs)
    for (let attempt = 0; ; attempt++) {
      const by = attempt === 0 && first !== undefined ? first : anyAlive()
      const headers = { Accept: isFramed ? framedType : 'text/plain' }
      const request = new Request(`http://simulated/streams/${stream.id}/drive`, { method: 'POST', headers })
      const response = await unlessDead(by, async (process) =>
        process.streams.stream(request, stream.id, producerOf(stream, process), { canResume }),
      )
      if (by === undefined || response === undefined || response.status >= 500) {
        await pause(200 + below(800))
        continue
      }
      if (response.status === 404) return expectGone(stream, name)
      const reader = newReader(`${name} of stream ${stream.index}`)
      stream.readers.push(reader)
      if (isFramed) await readFramed(world, reader, response, by, checkDrive(stream))
      else await readDrive(world, reader, response, by, checkDrive(stream))
      if (reader.isWhole || reader.end !== undefined) return
      // Follows instead of driving again, as the client does.
      if (isResuming) await pause(2.5 * leaseMs)
      return follow(stream, 100 + below(400), `${name}, following`)
    }
  }

  function producerOf(stream: Stream, by: SimulatedProcess): Producer {
    const fails = chance(0.08)
    const paceMs = 20 + below(600)
    return async ({ epoch, text, signal, append }) => {
      stream.produced.push(epoch)
      if (text !== expectedText(stream, epoch).slice(0, text.length)) {
        violations.push(`epoch ${epoch} of stream ${stream.index} receives another text than was stored`)
      }
      for (const [index, chunk] of answerPieces(textSeed(stream, epoch), chunkCount).entries()) {
        await by.sleep(random() * 2 * paceMs)
        if (signal.aborted) return
        if (fails && index === 5) throw new Error('simulated: the model failed')
        await append(chunk)
      }
    }
  }

  async function follow(stream: Stream, delayMs: number, name: string): Promise<void> {
    const isFramed = chance(0.5)
    await pause(delayMs)
    const reader = newReader(`${name} of stream ${stream.index}`)
    stream.readers.push(reader)
    let lastId: string | undefined
    let epoch: number | undefined
    for (;;) {
      const by = anyAlive()
      const last = lastId === undefined ? undefined : { 'Last-Event-ID': lastId }
      const headers = { Accept: isFramed ? framedType : 'text/event-stream', ...last }
      const place = epoch === undefined ? '' : `?offset=${reader.text.length}&epoch=${epoch}`
      const request = new Request(`http://simulated/streams/${stream.id}${place}`, { headers })
      const response = await unlessDead(by, (process) => process.streams.read(request, stream.id))
      if (by !== undefined && response?.status === 200) {
        if (isFramed) epoch = (await readFramed(world, reader, response, by, checkFollow(stream))) ?? epoch
        else lastId = await readEvents(world, reader, response, by, lastId, checkFollow(stream))
        if (reader.end !== undefined) return
      } else if (response?.status === 404) {
        reader.isGone = true
        return expectGone(stream, name)
      } else if (response?.status === 204) {
        // The connection was cut between the last text and the end. A one-shot read returns the end.
        return readOnce(stream)
      } else if (response !== undefined && response.status < 500) {
        throw new Error(`${reader.name} is rejected with ${response.status}: ${await response.text()}`)
      }
      await pause(100 + below(900))
    }
  }

  async function readSometimes(stream: Stream): Promise<void> {
    for (let n = 0; n < 3; n++) {
      await pause(below(5_000))
      await readOnce(stream)
    }
  }

  async function readOnce(stream: Stream): Promise<void> {
    for (;;) {
      const by = anyAlive()
      const request = new Request(`http://simulated/streams/${stream.id}`, { headers: { Accept: 'application/json' } })
      const response = await unlessDead(by, (process) => process.streams.read(request, stream.id))
      if (response?.status === 404) return expectGone(stream, 'a one-shot read')
      if (response?.status === 200 && by !== undefined) {
        const { text, status } = (await response.json()) as { text: string; status: string }
        const reader = newReader(`a one-shot read of stream ${stream.index}`)
        reader.text = text
        if (status !== 'pending' && status !== 'streaming') reader.end = { status, offset: text.length }
        stream.readers.push(reader)
        return checkFollow(stream)(reader, by)
      }
      await pause(300)
    }
  }

  async function stop(stream: Stream, delayMs: number): Promise<void> {
    await pause(delayMs)
    stream.isStopRequested = true
    for (;;) {
      const by = anyAlive()
      const end = await unlessDead(by, (process) =>
        process.streams.stopStream(stream.id).catch((error: { code?: string }) => error.code),
      )
      if (end === 'not-found') return expectGone(stream, 'a stop')
      if (typeof end === 'object') {
        const { status, offset } = end
        const reader = newReader(`the stop of stream ${stream.index}`)
        if (status !== 'pending' && status !== 'streaming') {
          reader.end = { status, offset }
          stream.readers.push(reader)
          return
        }
      }
      await pause(500)
    }
  }

  async function erase(stream: Stream, delayMs: number): Promise<void> {
    await pause(delayMs)
    stream.isDeleted = true
    for (let attempt = 0; ; attempt++) {
      const isDone = await unlessDead(anyAlive(), (process) =>
        process.streams.deleteStream(stream.id).then(
          () => true,
          // If the result of an earlier attempt was lost, the stream is gone.
          (error: { code?: string }) => attempt > 0 && error.code === 'not-found',
        ),
      )
      if (isDone) return
      await pause(500)
    }
  }

  /** One of the failures that happen to processes. */
  async function mishap(delayMs: number): Promise<void> {
    await pause(delayMs)
    const by = anyAlive()
    if (by === undefined) return
    const longMs = below(5) * leaseMs * 0.7 + below(3_000)
    switch (below(8)) {
      case 0:
      case 1:
        return replaceDead(by, below(2 * leaseMs))
      case 2:
        return by.freeze(world.now() + longMs)
      case 3:
        return by.cutOff(world.now() + longMs, chance(0.5))
      case 4:
      case 5:
        // A longer outage stays unchanged.
        if (outage.until > world.now() + longMs) return
        outage.isStalled = chance(0.5)
        outage.until = world.now() + longMs
        return
      case 6:
        // The clock is set forward, or another server with another clock takes over.
        aheadMs += longMs
        clockSteps++
        await world.during(Promise.resolve(setting.target.advance(longMs)))
        return
      default:
        // A deployment: the old process finishes its work while the new one already runs.
        replace(by)
        await Promise.race([by.streams.close(), by.crashed])
        by.crash()
    }
  }

  async function replaceDead(by: SimulatedProcess, afterMs: number): Promise<void> {
    by.crash()
    crashes++
    await pause(afterMs)
    replace(by)
  }

  function replace(by: SimulatedProcess): void {
    const next = start(by.number)
    processes[by.number] = next
    all.push(next)
  }

  /** Resolves with `undefined` if the process dies before it responds. */
  async function unlessDead<T>(
    by: SimulatedProcess | undefined,
    call: (process: SimulatedProcess) => Promise<T>,
  ): Promise<T | undefined> {
    world.markActivity()
    if (by === undefined) return undefined
    const response = await Promise.race([call(by), by.crashed.then(() => undefined)])
    world.markActivity()
    return response
  }

  function expectGone(stream: Stream, name: string): void {
    if (!stream.isDeleted) violations.push(`${name} finds stream ${stream.index} gone, but it was not deleted`)
  }

  /** P5: a follower receives only text that its process has read from the store, or that the store has acknowledged. */
  function checkFollow(stream: Stream): OnReceived {
    return (reader, by) => {
      const durableUpTo = by.durableUpTo.get(stream.id) ?? 0
      const isOwn = reader.text.length <= durableUpTo
      if (!isOwn && !all.some((process) => reader.text.length <= (process.durableUpTo.get(stream.id) ?? 0))) {
        violations.push(`P5: ${reader.name} has ${reader.text.length} units, but only ${durableUpTo} were durable`)
      }
      if (reader.end !== undefined) checkEnd(stream, reader)
    }
  }

  function checkDrive(stream: Stream): OnReceived {
    return (reader) => {
      if (reader.isWhole || reader.end !== undefined) checkEnd(stream, reader)
    }
  }

  /** P5: readers receive an end only after the store has returned it. */
  function checkEnd(stream: Stream, reader: Reader): void {
    const isKnown = recorder.acts.some(
      ({ id, what, answer, ended }) => id === stream.id && ended < Infinity && returnsEnd(what, answer),
    )
    if (!isKnown) violations.push(`P5: ${reader.name} receives an end that is not stored`)
  }

  function basesOf(stream: Stream): Map<number, number> {
    const bases = new Map<number, number>()
    for (const { id, what, answer } of recorder.acts) {
      if (id !== stream.id || !what.startsWith('claim')) continue
      const claim = answer as { type: string; epoch: number; offset: number } | undefined
      if (claim?.type !== 'claimed' || bases.has(claim.epoch)) continue
      bases.set(claim.epoch, claim.offset)
    }
    return bases
  }

  /** The text in the store after `epoch` has written everything. */
  function expectedText(stream: Stream, epoch: number): string {
    let text = ''
    for (const [each, base] of [...basesOf(stream)].sort(([a], [b]) => a - b)) {
      if (each > epoch) break
      text = text.slice(0, base) + answerText(textSeed(stream, each), chunkCount)
    }
    return text
  }

  async function checkOutcome(): Promise<HistoryTally> {
    const statuses: string[] = []
    let epochs = 0
    for (const stream of streams) {
      const range = await observer.read(stream.id, 0, Number.MAX_SAFE_INTEGER)
      const what = `stream ${stream.index}`
      if (range === undefined) {
        statuses.push('gone')
        if (!stream.isDeleted) violations.push(`${what} is gone, but it was not deleted`)
        continue
      }
      const { head, text } = range
      statuses.push(head.status)
      epochs = Math.max(epochs, head.epoch)
      const expected = expectedText(stream, head.epoch)
      if (!startsWith(expected, text)) violations.push(`P1: ${what} holds ${at(expected, text)}`)
      if (head.status === 'done' && text !== expected)
        violations.push(`P3: ${what} is done with ${text.length} of ${expected.length} units`)
      if (head.status === 'stopped' && !stream.isStopRequested)
        violations.push(`${what} is stopped, but no stop was requested`)
      if (head.status === 'pending' || head.status === 'streaming') violations.push(`${what} never ended`)
      const isHealthy = all.every(({ wasUnhealthy }) => !wasUnhealthy) && !faults.isLossy
      if (head.status === 'timeout' && isHealthy) violations.push(`${what} timed out although its process was healthy`)
      if (head.epoch > 1 && isHealthy) violations.push(`${what} was resumed although its process was healthy`)
      const repeated = stream.produced.filter((epoch, index) => stream.produced.indexOf(epoch) !== index)
      if (repeated.length > 0) violations.push(`P6: ${what} was produced twice under epoch ${repeated[0]}`)
      for (const reader of stream.readers) checkReader(reader, head.status, text)
    }
    try {
      explainHistory(recorder.acts, { pendingMs })
    } catch (error) {
      violations.push(error instanceof Error ? error.message : String(error))
    }
    return { statuses, epochs, crashes, clockSteps, acts: recorder.acts.length }
  }

  function lastActs(): string {
    const lines = recorder.acts
      .filter(({ what }) => !what.startsWith('read'))
      .slice(-30)
      .map(({ by, id, what, now, answer }) => {
        const index = streams.findIndex((stream) => stream.id === id)
        const seconds = ((now - begunAt) / 1_000).toFixed(2)
        return `  ${seconds} s, process ${by}, stream ${index}: ${what} → ${JSON.stringify(answer)}`
      })
    return `\nthe last store calls:\n${lines.join('\n')}`
  }

  function checkReader(reader: Reader, status: string, text: string): void {
    const { name, end } = reader
    if (end !== undefined && (end.status !== status || end.offset !== text.length)) {
      violations.push(`P13: ${name} received ${end.status} at ${end.offset}, but it is ${status} at ${text.length}`)
    }
    if (name.startsWith('the stop')) return
    const isDriver = name.startsWith('driver') && !name.includes('following')
    if (reader.isWhole && reader.text !== text)
      violations.push(`P3: ${name} ended cleanly with another text: ${at(text, reader.text)}`)
    if (!isDriver && !text.startsWith(reader.text)) violations.push(`P1: ${name} received ${at(text, reader.text)}`)
    if (!isDriver && end !== undefined && reader.text !== text)
      violations.push(`P3: ${name} received the end with ${reader.text.length} of ${text.length} units`)
  }
}

function returnsEnd(what: string, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false
  const { type, status, head } = answer as { type?: string; status?: string; head?: { status: string } }
  if (what.startsWith('close') && type === 'ok') return true
  return [status, head?.status].some((each) => each !== undefined && each !== 'pending' && each !== 'streaming')
}

/** Each claim writes a different text, so that texts of different claims cannot be confused. */
function textSeed(stream: Stream, epoch: number): number {
  return stream.id.charCodeAt(0) * 7_919 + stream.id.charCodeAt(1) * 104_729 + stream.id.charCodeAt(2) * 31 + epoch
}

function streamId(random: () => number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from({ length: 22 }, () => letters[Math.floor(random() * 64)]).join('')
}

/** When a stream is stopped or fails, the server replaces half a character at the end with U+FFFD. */
function startsWith(expected: string, text: string): boolean {
  if (expected.startsWith(text)) return true
  const last = text.length - 1
  return (
    text.endsWith('\uFFFD') && expected.startsWith(text.slice(0, last)) && /[\uD800-\uDBFF]/.test(expected[last] ?? '')
  )
}

function at(expected: string, text: string): string {
  let index = 0
  while (index < text.length && text[index] === expected[index]) index++
  return `${JSON.stringify(text.slice(index, index + 24))} at ${index} instead of ${JSON.stringify(expected.slice(index, index + 24))}`
}
