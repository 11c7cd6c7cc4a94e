import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStreamClient, keepstream, type StreamState } from '@keepstream/core'
import { afterEach, describe, expect, it } from 'vitest'
import { isLongRun } from '../support/is-long-run'
import { type ServerProcess, startServer } from '../support/server-process'

const followerCount = isLongRun ? 1000 : 100

let folder: string
let server: ServerProcess
const detaches: (() => void)[] = []

afterEach(async () => {
  for (const detach of detaches.splice(0)) detach()
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})

const start = (port?: number) =>
  // The lease outlasts the test: only the connections fail.
  startServer(
    'tests/support/stream-server.mjs',
    { STORE: join(folder, 'streams.db'), LEASE_MS: '600000' },
    port ? { port } : {},
  )

/** One client each, so that each one holds a connection of its own. */
function follow(url: string, id: string) {
  let failuresSinceUp = 0
  let isUp = false
  const { live: _, ...sources } = keepstream({ url })
  const client = createStreamClient({
    ...sources,
    onEvent: ({ type }) => {
      if (isUp && type === 'waiting') failuresSinceUp++
    },
  })
  const { $state, attach } = client.stream(id)
  detaches.push(attach())
  const until = (condition: (state: StreamState) => boolean) =>
    new Promise<{ atMs: number; state: StreamState }>((resolve) => {
      const check = (state: StreamState) => condition(state) && resolve({ atMs: Date.now(), state })
      detaches.push($state.subscribe(check))
    })
  return {
    $state,
    until,
    serverIsUp() {
      isUp = true
    },
    get failuresSinceUp() {
      return failuresSinceUp
    },
  }
}

/** The most of these times that lie in one window of this length. */
function mostWithin(times: readonly number[], windowMs: number) {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length))
}

describe(`a server with ${followerCount} followers that is killed and started again`, () => {
  it('is tried at different times, and followed by all of them again', async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    server = await start()
    const answer = JSON.stringify({ seed: 1, count: 100_000, delayMs: 20 })
    const { id } = (await (await fetch(`${server.url}/create`, { method: 'POST', body: answer })).json()) as {
      id: string
    }
    const drive = await fetch(`${server.url}/streams/${id}/drive`, { method: 'POST' })
    drive.text().catch(() => 'it ends with the process')
    const followers = Array.from({ length: followerCount }, () => follow(`${server.url}/streams`, id))
    await Promise.all(followers.map(({ until }) => until(({ text, connection }) => !!text && connection === 'live')))

    const killedAtMs = Date.now()
    await server.kill()
    const refused = await Promise.all(followers.map(({ until }) => until(({ connection }) => connection === 'waiting')))
    const firstTries = refused.map(({ state }) => state.retrying?.nextAtMs ?? 0)
    server = await start(server.port)
    const upAtMs = Date.now()
    const downMs = upAtMs - killedAtMs
    const nextTries = followers.map(({ $state }) => $state.get().retrying?.nextAtMs ?? upAtMs)
    for (const { serverIsUp } of followers) serverIsUp()
    const back = await Promise.all(followers.map(({ until }) => until(({ retrying }) => !retrying)))
    const backAtMs = back.map(({ atMs }) => atMs)

    const lags = backAtMs.map((at) => Math.max(0, at - upAtMs)).sort((one, other) => one - other)
    // Figures for a maintainer who compares.
    if (isLongRun)
      console.log(
        `down for ${downMs} ms; following again after ${lags[followerCount >> 1]} ms (median), ${lags.at(-1)} ms (last); ` +
          `within 100 ms at most ${mostWithin(firstTries, 100)} first waits end, and ${mostWithin(backAtMs, 100)} followers return`,
      )
    // A wait is at most twice as long as all waits before it, and 1 s.
    expect(Math.max(...nextTries) - upAtMs).toBeLessThanOrEqual(2 * downMs + 1000)
    // The first waits end over half a second.
    expect(mostWithin(firstTries, 100)).toBeLessThan(followerCount / 2)
    // A try may have been refused just before the server was up.
    expect(Math.max(...followers.map(({ failuresSinceUp }) => failuresSinceUp))).toBeLessThanOrEqual(1)
    // On a busy machine short reads may bring the text before a connection does.
    const connections = new Set(followers.map(({ $state }) => $state.get().connection))
    expect([...connections].filter((connection) => connection !== 'live' && connection !== 'polling')).toEqual([])
  })
})
