import type { StreamStore } from '@keepstream/server'
import { createRecorder, explainHistory, type StoreTarget } from '@keepstream/server/testkit'
import { answerPieces, answerText, createRandom } from '../../support/answer-text.mjs'
import { createFaults } from './faults'
import { newReader, type OnNews, type Reader, readDrive, readEvents } from './readers'
import { type SimulatedProcess, startProcess } from './simulated-process'
import { createWorld } from './world'

const leaseMs = 15_000
const pendingMs = 20 * 60_000
const processCount = 3
const pieceCount = 10

/** One store under several servers. */
export interface HistorySetting {
  readonly target: StoreTarget
  /** The store of each process, the first of them the target's own. */
  readonly stores: readonly StreamStore[]
  /** The store's clock now, in milliseconds since 1970. */
  now: number
}

/** What became of a history, to tell that all the histories together met what they are about. */
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
  isStopAsked: boolean
}

/**
 * Plays one random history of several servers on one store, on a clock of its own, and throws if anybody was told what is
 * not so. Leaves the store open.
 */
export async function playHistory(setting: HistorySetting, seed: number): Promise<HistoryTally> {
  const random = createRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const chance = (probability: number) => random() < probability
  const world = createWorld(setting.target, setting.now)
  /** By how much the store's clock was set forward. */
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
  /** Goes on beside everything else; the history is not over before it is. */
  const beside = (work: () => Promise<void>) => {
    open++
    work()
      .catch((error: unknown) =>
        violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      )
      .finally(() => open--)
  }
  const somebody = (): SimulatedProcess | undefined => {
    const alive = processes.filter(({ isDead }) => !isDead)
    return alive[below(alive.length)]
  }

  const god = recorder.record(setting.target.store, processCount)
  const streams: Stream[] = []
  for (let index = 0; index < 1 + below(2); index++) {
    const id = streamId(random)
    streams.push({ id, index, readers: [], produced: [], isDeleted: false, isStopAsked: false })
    await god.create(id, null)
  }

  for (const stream of streams) {
    if (isResuming) {
      takeUp(stream)
      continue
    }
    const driveCount = 1 + below(3)
    for (let n = 0; n < driveCount; n++) beside(() => drive(stream, below(n === 0 ? 500 : 8_000), `driver ${n}`))
    const followerCount = 1 + below(3)
    for (let n = 0; n < followerCount; n++) beside(() => follow(stream, below(6_000), `follower ${n}`))
    if (chance(0.25)) beside(() => stop(stream, below(9_000)))
    if (chance(0.06)) beside(() => erase(stream, below(12_000)))
    if (chance(0.5)) beside(() => looks(stream))
  }
  if (!isCalm && !isResuming) for (let n = 0; n < 1 + below(4); n++) beside(() => mishap(below(12_000)))

  await world.run(() => open === 0, 40 * leaseMs)
  if (open > 0) violations.push(`${open} readers or acts never came to an end`)
  // Whoever was taken for dead may come back now, and must not write.
  await world.run(() => false, 3 * leaseMs)
  setting.now = world.now() + aheadMs
  const tally = await judge()
  for (const process of processes) process.crash()
  if (violations.length > 0) throw new Error([...new Set(violations)].slice(0, 6).join('\n') + lastActs())
  return tally

  /** Nobody looks until the producing process is lost, so that the next drive may take the stream up. */
  function takeUp(stream: Stream): void {
    const lostMs = 500 + below(3_000)
    beside(async () => {
      const by = somebody()
      const drives = drive(stream, 0, 'driver 0', true, by)
      await pause(lostMs)
      const longMs = (2.2 + 2 * random()) * leaseMs
      const fate = below(4)
      if (fate === 0) by?.freeze(world.now() + longMs)
      else if (fate === 1) by?.cutOff(world.now() + longMs, chance(0.5))
      else if (by !== undefined) await replaceDead(by, below(leaseMs))
      await drives
    })
    for (let n = 1; n < 4; n++) beside(() => drive(stream, lostMs + 2 * leaseMs + below(12_000), `driver ${n}`, true))
    for (let n = 0; n < 2; n++) beside(() => follow(stream, lostMs + 2.3 * leaseMs + below(9_000), `follower ${n}`))
  }

  async function drive(
    stream: Stream,
    delayMs: number,
    name: string,
    canResume = chance(0.3),
    first?: SimulatedProcess,
  ): Promise<void> {
    await pause(delayMs)
    for (let attempt = 0; ; attempt++) {
      const by = attempt === 0 && first !== undefined ? first : somebody()
      const request = new Request(`http://simulated/streams/${stream.id}/drive`, { method: 'POST' })
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
      await readDrive(world, reader, response, by, heedDrive(stream))
      if (reader.isWhole) return
      // As the client does: it never drives again, but follows.
      if (isResuming) await pause(2.5 * leaseMs)
      return follow(stream, 100 + below(400), `${name}, following`)
    }
  }

  function producerOf(stream: Stream, by: SimulatedProcess) {
    const fails = chance(0.08)
    const paceMs = 20 + below(600)
    return async (
      append: (text: string) => Promise<void>,
      { epoch, text, signal }: { epoch: number; text: string; signal: AbortSignal },
    ) => {
      stream.produced.push(epoch)
      if (text !== expectedText(stream, epoch).slice(0, text.length)) {
        violations.push(`epoch ${epoch} of stream ${stream.index} is given another text than was stored`)
      }
      for (const [index, piece] of answerPieces(textSeed(stream, epoch), pieceCount).entries()) {
        await by.sleep(random() * 2 * paceMs)
        if (signal.aborted) return
        if (fails && index === 5) throw new Error('simulated: the model failed')
        await append(piece)
      }
    }
  }

  async function follow(stream: Stream, delayMs: number, name: string): Promise<void> {
    await pause(delayMs)
    const reader = newReader(`${name} of stream ${stream.index}`)
    stream.readers.push(reader)
    let lastId: string | undefined
    for (;;) {
      const by = somebody()
      const headers = { Accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }) }
      const request = new Request(`http://simulated/streams/${stream.id}`, { headers })
      const response = await unlessDead(by, (process) => process.streams.read(request, stream.id))
      if (by !== undefined && response?.status === 200) {
        lastId = await readEvents(world, reader, response, by, lastId, heedFollow(stream))
        if (reader.end !== undefined) return
      } else if (response?.status === 404) {
        reader.isGone = true
        return expectGone(stream, name)
      } else if (response?.status === 204) {
        // The end was cut off after the last text; only a look tells what it is.
        return look(stream)
      } else if (response !== undefined && response.status < 500) {
        throw new Error(`${reader.name} is refused with ${response.status}: ${await response.text()}`)
      }
      await pause(100 + below(900))
    }
  }

  async function looks(stream: Stream): Promise<void> {
    for (let n = 0; n < 3; n++) {
      await pause(below(5_000))
      await look(stream)
    }
  }

  async function look(stream: Stream): Promise<void> {
    for (;;) {
      const by = somebody()
      const request = new Request(`http://simulated/streams/${stream.id}`, { headers: { Accept: 'application/json' } })
      const response = await unlessDead(by, (process) => process.streams.read(request, stream.id))
      if (response?.status === 404) return expectGone(stream, 'a look')
      if (response?.status === 200 && by !== undefined) {
        const { text, status } = (await response.json()) as { text: string; status: string }
        const reader = newReader(`a look at stream ${stream.index}`)
        reader.text = text
        if (status !== 'pending' && status !== 'streaming') reader.end = { status, offset: text.length }
        stream.readers.push(reader)
        return heedFollow(stream)(reader, by)
      }
      await pause(300)
    }
  }

  async function stop(stream: Stream, delayMs: number): Promise<void> {
    await pause(delayMs)
    stream.isStopAsked = true
    for (;;) {
      const by = somebody()
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
    for (;;) {
      const isDone = await unlessDead(somebody(), (process) =>
        process.streams.deleteStream(stream.id).then(
          () => true,
          () => false,
        ),
      )
      if (isDone) return
      await pause(500)
    }
  }

  /** One of the things that happen to processes. */
  async function mishap(delayMs: number): Promise<void> {
    await pause(delayMs)
    const by = somebody()
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
        // One that is longer already stays as it is.
        if (outage.until > world.now() + longMs) return
        outage.isStalled = chance(0.5)
        outage.until = world.now() + longMs
        return
      case 6:
        // The clock is set, or another server with another clock takes over: nothing else happens.
        aheadMs += longMs
        clockSteps++
        await world.during(Promise.resolve(setting.target.advance(longMs)))
        return
      default:
        // A deployment: the old process finishes what it has begun, the new one is there already.
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

  /** `undefined` if the process dies before it answers. */
  async function unlessDead<T>(
    by: SimulatedProcess | undefined,
    ask: (process: SimulatedProcess) => Promise<T>,
  ): Promise<T | undefined> {
    world.stir()
    if (by === undefined) return undefined
    const answer = await Promise.race([ask(by), by.crashed.then(() => undefined)])
    world.stir()
    return answer
  }

  function expectGone(stream: Stream, name: string): void {
    if (!stream.isDeleted) violations.push(`${name} finds stream ${stream.index} gone, which nobody deleted`)
  }

  /** P5: a follower is given what its process has read from the store, and not a character more. */
  function heedFollow(stream: Stream): OnNews {
    return (reader, by) => {
      const readUpTo = by.readUpTo.get(stream.id) ?? 0
      const isOwn = reader.text.length <= readUpTo
      if (!isOwn && !all.some((process) => reader.text.length <= (process.readUpTo.get(stream.id) ?? 0))) {
        violations.push(`P5: ${reader.name} has ${reader.text.length} units where ${readUpTo} were read`)
      }
      if (reader.end !== undefined) heedEnd(stream, reader)
    }
  }

  function heedDrive(stream: Stream): OnNews {
    return (reader) => {
      if (reader.isWhole) heedEnd(stream, reader)
    }
  }

  /** P5: nobody is told of an end that the store has not answered with. */
  function heedEnd(stream: Stream, reader: Reader): void {
    const isKnown = recorder.acts.some(
      ({ id, what, answer, ended }) => id === stream.id && ended < Infinity && tellsEnd(what, answer),
    )
    if (!isKnown) violations.push(`P5: ${reader.name} is told of an end that is not stored`)
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

  /** What stands in the store once `epoch` has written everything. */
  function expectedText(stream: Stream, epoch: number): string {
    let text = ''
    for (const [each, base] of [...basesOf(stream)].sort(([a], [b]) => a - b)) {
      if (each > epoch) break
      text = text.slice(0, base) + answerText(textSeed(stream, each), pieceCount)
    }
    return text
  }

  async function judge(): Promise<HistoryTally> {
    const statuses: string[] = []
    let epochs = 0
    for (const stream of streams) {
      const range = await god.read(stream.id, 0, Number.MAX_SAFE_INTEGER)
      const what = `stream ${stream.index}`
      if (range === undefined) {
        statuses.push('gone')
        if (!stream.isDeleted) violations.push(`${what} is gone, which nobody deleted`)
        continue
      }
      const { head, text } = range
      statuses.push(head.status)
      epochs = Math.max(epochs, head.epoch)
      const expected = expectedText(stream, head.epoch)
      if (!startsWith(expected, text)) violations.push(`P1: ${what} holds ${at(expected, text)}`)
      if (head.status === 'done' && text !== expected)
        violations.push(`P3: ${what} is done at ${text.length} of ${expected.length}`)
      if (head.status === 'stopped' && !stream.isStopAsked)
        violations.push(`${what} is stopped, which nobody asked for`)
      if (head.status === 'pending' || head.status === 'streaming') violations.push(`${what} never ended`)
      const isHealthy = all.every(({ wasUnhealthy }) => !wasUnhealthy) && !faults.isLossy
      if (head.status === 'timeout' && isHealthy) violations.push(`${what} was killed though its process was well`)
      if (head.epoch > 1 && isHealthy) violations.push(`${what} was taken up though its process was well`)
      const repeated = stream.produced.filter((epoch, index) => stream.produced.indexOf(epoch) !== index)
      if (repeated.length > 0) violations.push(`P6: ${what} was produced twice under epoch ${repeated[0]}`)
      for (const reader of stream.readers) judgeReader(reader, head.status, text)
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
    return `\nthe last acts:\n${lines.join('\n')}`
  }

  function judgeReader(reader: Reader, status: string, text: string): void {
    const { name, end } = reader
    if (end !== undefined && (end.status !== status || end.offset !== text.length)) {
      violations.push(`P13: ${name} was told ${end.status} at ${end.offset}; it is ${status} at ${text.length}`)
    }
    if (name.startsWith('the stop')) return
    const isDriver = name.startsWith('driver') && !name.includes('following')
    if (reader.isWhole && reader.text !== text)
      violations.push(`P3: ${name} ended cleanly with another text: ${at(text, reader.text)}`)
    if (!isDriver && !text.startsWith(reader.text)) violations.push(`P1: ${name} was shown ${at(text, reader.text)}`)
    if (!isDriver && end !== undefined && reader.text !== text)
      violations.push(`P3: ${name} was told the end at ${reader.text.length} of ${text.length}`)
  }
}

function tellsEnd(what: string, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false
  const { type, status, head } = answer as { type?: string; status?: string; head?: { status: string } }
  if (what.startsWith('close') && type === 'ok') return true
  return [status, head?.status].some((each) => each !== undefined && each !== 'pending' && each !== 'streaming')
}

/** Every claim writes a text of its own, so that what one wrote is never taken for another's. */
function textSeed(stream: Stream, epoch: number): number {
  return stream.id.charCodeAt(0) * 7_919 + stream.id.charCodeAt(1) * 104_729 + stream.id.charCodeAt(2) * 31 + epoch
}

function streamId(random: () => number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from({ length: 22 }, () => letters[Math.floor(random() * 64)]).join('')
}

/** Half a character at the end of what was stopped or failed became U+FFFD, as the server promises. */
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
  return `${JSON.stringify(text.slice(index, index + 24))} at ${index} in place of ${JSON.stringify(expected.slice(index, index + 24))}`
}
