import { describe, expect, it } from 'vitest'
import { answerText, createRandom } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { inParallel } from '../support/in-parallel'
import type { ServerProcess } from '../support/server-process'
import { type Watch, watchStream } from '../support/watch-stream'
import { type Fleet, fleetUrl, type StoredAnswer, startFleet } from './support/fleet'
import type { ProcessData } from './support/process-data'

const leaseMs = 3_000
const together = 10
/** The number of histories. `together` of them run at once on one set of processes. */
const count = Number(process.env['RUNS'] ?? together * Number(process.env['RUNS_FACTOR'] ?? 1))
/** With this many, some answers are surely lost with their process, some are stopped, and some reach their end. */
const enough = 100
const firstSeed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 20))

export function describeRandom(name: string, open: () => Promise<ProcessData>): void {
  describe(`on ${name}, processes that are killed and frozen at random`, { timeout: 600_000 }, () => {
    it(`lose, repeat and reorder nothing, and end each answer once, in ${count} histories`, async () => {
      const parties = Array.from({ length: Math.ceil(count / together) }, (_, party) => firstSeed + party * together)
      const ends = await inParallel(parties, 2, async (seed) => {
        const size = Math.min(together, firstSeed + count - seed)
        return playParty(open, seed, size).catch((error: Error) => {
          throw new Error(`Run again with SEED=${seed} RUNS=${size}\n${error.message}`, { cause: error })
        })
      })
      if (count < enough) return
      expect(new Set(ends.flat())).toEqual(new Set(['done', 'stopped', 'timeout']))
    })
  })
}

interface History {
  readonly id: string
  readonly seed: number
  readonly truth: string
  readonly random: () => number
  readonly watches: Watch[]
  isStopAsked: boolean
}

/** Plays several histories on one fleet, so that a fault of a process affects all of its work. */
async function playParty(open: () => Promise<ProcessData>, seed: number, size: number): Promise<string[]> {
  const data = await open()
  const fleet = await startFleet(4, { STORE: data.address, LEASE_MS: String(leaseMs) })
  const detaches: (() => void)[] = []
  try {
    const histories = await Promise.all(
      Array.from({ length: size }, (_, index) => begin(fleet, seed + index, detaches)),
    )
    const frozen = await hurt(fleet, histories, createRandom(seed))
    const ends = await Promise.all(histories.map(({ id }) => ended(fleet, id)))
    // Frozen processes continue, find that they have lost their claims, and write nothing more.
    for (const server of frozen) server.thaw()
    await Promise.all(frozen.map((server) => fencedAll(server, histories)))
    await Promise.all(histories.map((history, index) => judge(fleet, history, ends[index])))
    return ends.map(({ status }) => status)
  } finally {
    for (const detach of detaches) detach()
    await fleet.close()
    await data.close()
  }
}

async function begin(fleet: Fleet, seed: number, detaches: (() => void)[]): Promise<History> {
  const random = createRandom(seed)
  const pick = (servers: readonly ServerProcess[]) => servers[Math.floor(random() * servers.length)]
  const pieces = 60 + Math.floor(random() * 240)
  const id = await fleet.create({ seed, count: pieces, delayMs: 8 + Math.floor(random() * 20) })
  const truth = answerText(seed, pieces)
  const watches = [true, random() < 0.3, false, false].map((driven) => {
    const stream = createClient(fleetUrl, 'sse', fleet.fetchAt(pick)).stream(id)
    const watch = watchStream(stream, truth)
    detaches.push(stream.attach({ start: driven }))
    return watch
  })
  return { id, seed, truth, random, watches, isStopAsked: false }
}

/** Kills, freezes or ends three of the four processes at different moments, and stops a few answers meanwhile. */
async function hurt(fleet: Fleet, histories: readonly History[], random: () => number): Promise<ServerProcess[]> {
  const frozen: ServerProcess[] = []
  const victims = [...fleet.servers].slice(0, 3)
  const stops = histories.filter(({ random }) => random() < 0.2).map((history) => stop(fleet, history))
  for (const [index, victim] of victims.entries()) {
    const witness = histories[Math.floor(random() * histories.length)]
    const length = Math.floor(random() * 600)
    await witness?.watches.at(-1)?.until(({ text, status }) => text.length > length || isEnd(status))
    const fate = index === 0 ? 0 : index === 1 ? 1 : Math.floor(random() * 3)
    if (fate === 1) {
      // It keeps its connections, as a suspended machine does.
      frozen.push(victim)
      fleet.takeOut(victim)
      victim.freeze()
    } else {
      await fleet.add()
      fleet.takeOut(victim)
      if (fate === 0) await victim.kill()
      else expect(await victim.terminate(), victim.output()).toBe(0)
    }
  }
  await Promise.all(stops)
  return frozen
}

async function stop(fleet: Fleet, history: History): Promise<void> {
  const length = Math.floor(history.random() * 500)
  await history.watches.at(-1)?.until(({ text, status }) => text.length > length || isEnd(status))
  history.isStopAsked = true
  const response = await fleet.fetchAt((servers) => servers.at(-1))(`${fleetUrl}/${history.id}/stop`, {
    method: 'POST',
    signal: AbortSignal.timeout(60_000),
  })
  expect([200, 202]).toContain(response.status)
}

/** The stored answer once it has ended. Any read may end it. */
async function ended(fleet: Fleet, id: string): Promise<StoredAnswer> {
  for (;;) {
    const stored = await fleet.read(id)
    if (isEnd(stored.status)) return stored
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Every reader was shown a text that only grew, and in the end the stored text, with the same status. */
async function judge(fleet: Fleet, history: History, stored: StoredAnswer | undefined): Promise<void> {
  const { id, seed, truth, watches, isStopAsked } = history
  const what = `the answer of seed ${seed}`
  const shown = await Promise.all(watches.map((watch) => watch.finished))
  expect(await fleet.read(id), `${what}, later`).toEqual(stored)
  if (stored === undefined) return
  expect(truth.startsWith(stored.text.replace(/\uFFFD$/, '')), `${what} is a prefix`).toBe(true)
  if (stored.status === 'done') expect(stored.text, what).toBe(truth)
  if (stored.status === 'stopped') expect(isStopAsked, `${what} was to stop`).toBe(true)
  expect(stored.epoch, what).toBe(1)
  for (const [index, { text, status }] of shown.entries()) {
    expect(status, `${what}, shown to reader ${index}`).toBe(stored.status)
    // Only a driver may have been shown more than could be stored.
    expect(text.startsWith(stored.text.replace(/\uFFFD$/, '')), `${what}, shown to reader ${index}`).toBe(true)
    if (index > 1) expect(text, `${what}, shown to reader ${index}`).toBe(stored.text)
  }
  expect(
    watches.flatMap(({ violations }) => violations),
    what,
  ).toEqual([])
  expect(fleet.count(`producing ${seed}`), `${what} was produced`).toBe(1)
}

/** A process that continued has found for each of its answers that it has lost the claim. */
async function fencedAll(server: ServerProcess, histories: readonly History[]): Promise<void> {
  for (const { id, seed } of histories) {
    const output = server.output()
    if (!output.includes(`producing ${seed}\n`) || output.includes(`closed ${id}\n`)) continue
    await Promise.race([server.printed(`fenced ${id}`), server.printed(`closed ${id}`)])
  }
}

function isEnd(status: string): boolean {
  return status !== 'pending' && status !== 'streaming'
}
