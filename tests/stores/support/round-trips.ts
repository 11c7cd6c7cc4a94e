import {
  createStreams,
  type Environment,
  platformEnvironment,
  type StreamServerEvent,
  type StreamStore,
} from '@keepstream/server'
import { expect } from 'vitest'

/** How many commands or statements the store has sent since the last call of this function, without change notifications. */
export type TakeCount = () => number

/**
 * Nothing that waits for the clock happens. On a slow machine a stream takes longer than the wait before a poll, and the poll
 * would be counted.
 */
const untimed: Environment = { ...platformEnvironment, setTimeout: () => undefined, clearTimeout: () => undefined }

const claim = { owner: 'owner', leaseMs: 60_000, canTakeOver: false }

/** Each act, on streams that are prepared so, and how many round trips it took. `advance` moves the store's clock. */
export async function roundTripsOfActs(
  store: StreamStore,
  take: TakeCount,
  advance: (ms: number) => void,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const count = async (act: string, call: () => Promise<unknown>, result?: object) => {
    take()
    const actual = await call()
    counts[act] = take()
    if (result !== undefined) expect(actual, act).toMatchObject(result)
  }
  // Opens the connection, creates tables and loads scripts.
  await create('warm')
  await store.claim('warm', claim)
  await store.append('warm', { epoch: 1, offset: 0, text: 'a' })
  await store.close('warm', { epoch: 1, offset: 1, text: 'b', status: 'done' })
  for (const id of ['again', 'stopped', 'silent', 'late']) await create(id)
  await store.claim('silent', { ...claim, leaseMs: 1_000 })
  await store.claim('late', { ...claim, leaseMs: 1_000 })
  await store.requestStop('again')
  await store.requestStop('silent')
  await store.expire('silent', 1)
  await store.delete('again')
  await store.read('warm', 0, 1)
  await store.heads(['warm'])
  await store.readMeta('warm')

  await count('create', () => create('a'))
  await count('claim', () => store.claim('a', claim), { type: 'claimed', epoch: 1 })
  await count('claim again', () => store.claim('a', claim), { type: 'claimed', epoch: 1 })
  await count('claim, busy', () => store.claim('a', { ...claim, owner: 'other' }), { type: 'busy' })
  await count('append', () => store.append('a', { epoch: 1, offset: 0, text: 'text' }), { type: 'ok' })
  await count('append, conflict', () => store.append('a', { epoch: 1, offset: 0, text: 'text' }), { type: 'conflict' })
  await count('beat', () => store.beat('a', 1), { type: 'ok' })
  await count('stop', () => store.requestStop('a'), { status: 'streaming', stopRequested: true })
  await count('stop, pending', () => store.requestStop('stopped'), { status: 'stopped' })
  const close = { epoch: 1, offset: 4, text: '', status: 'stopped' } as const
  await count('close', () => store.close('a', close), { type: 'ok' })
  await count('close again', () => store.close('a', close), { type: 'ok' })
  await count('claim, ended', () => store.claim('a', claim), { type: 'terminal' })
  await count('expire, kept', () => store.expire('late', 1), { type: 'kept' })
  advance(10_000)
  await count('expire', () => store.expire('silent', 1), { type: 'expired' })
  const other = { ...claim, owner: 'other', canTakeOver: true }
  await count('take over', () => store.claim('late', other), { type: 'claimed', epoch: 2 })
  await count('read', () => store.read('a', 0, 10))
  await count('meta', () => store.readMeta('a'))
  await count('heads', () => store.heads(['a']))
  await count('delete', () => store.delete('a'))
  await count('claim, gone', () => store.claim('a', claim), { type: 'gone' })
  return counts

  function create(id: string) {
    return store.create(id, { prompt: 'Hello?' })
  }
}

export interface SmallStream {
  /** What the producer appends, and then waits until it is stored. */
  readonly slices: readonly string[]
  /** What it appends before it returns, in the same turn of the event loop. */
  readonly rest: string
  /** A follower in the same process reads from before the drive to the end. */
  readonly isFollowed: boolean
}

/** Creates a stream, drives it to its end, and returns how many round trips all of that took. */
export async function roundTripsOfStream(
  store: StreamStore,
  take: TakeCount,
  { slices, rest, isFollowed }: SmallStream,
): Promise<number> {
  let onStored = () => {}
  const onEvent = ({ type }: StreamServerEvent) => {
    if (type === 'stored') onStored()
  }
  const streams = createStreams({ store, keepsStore: true, onEvent, environment: untimed })
  take()
  const id = await streams.createStream()
  const events = new Request('http://test.invalid/', { headers: { Accept: 'text/event-stream' } })
  const followed = isFollowed ? (await streams.read(events, id)).text() : undefined
  const response = await streams.stream(new Request('http://test.invalid/'), id, async ({ append }) => {
    for (const slice of slices) {
      const isStored = new Promise<void>((resolve) => {
        onStored = resolve
      })
      await append(slice)
      await isStored
    }
    append(rest)
  })
  expect(await response.text()).toBe(slices.join('') + rest)
  if (followed !== undefined) expect(await followed).toContain('event: end')
  const count = take()
  await streams.close()
  return count
}
