import type { AppendRequest, StoredEnding, StreamHead, StreamStore } from '../../store/stream-store'
import { expectTrue } from '../expect'
import { explainHistory } from '../history/explain-history'
import { createRecorder } from '../history/record-store'
import { createRandom, type Random } from '../random'
import { exactTexts } from '../texts'
import type { CaseContext, CaseDefinition } from '../types'

const processes = 3
const rounds = 22

export const historyCases: readonly CaseDefinition[] = [
  {
    key: 'history/random',
    name: 'concurrent processes that crash and lose connections lose, repeat and reorder no text',
    async run(context) {
      const stores = [context.store]
      while (stores.length < processes) stores.push((await context.connect?.()) ?? context.store)
      for (let run = 0; run < context.runs; run += 1) await playHistory(context, stores, run)
    },
  },
]

/** The state of a stream that a process produces, as the process knows it. It may be out of date. */
interface Production {
  owner: string
  epoch: number
  offset: number
  /** An append with an unknown outcome, which the process repeats. */
  unconfirmed?: AppendRequest
}

interface Process {
  readonly store: StreamStore
  readonly productions: Map<string, Production>
  /** The latest heads that it read. */
  readonly seen: Map<string, StreamHead>
}

interface History {
  readonly random: Random
  readonly ids: readonly [string, string]
  readonly leaseMs: number
  /** Counts the slices, so that each has a distinct text and a repeated or moved one is found. */
  slices: number
  owners: number
}

async function playHistory(context: CaseContext, stores: readonly StreamStore[], run: number): Promise<void> {
  const { leaseMs, pendingMs } = context
  const random = createRandom(context.seed + run)
  let now = 0
  const recorder = createRecorder(() => now)
  const history: History = { random, ids: [context.id(), context.id()], leaseMs, slices: 0, owners: 0 }
  const group = stores.map((store, by) => begin(recorder.record(store, by)))
  try {
    for (const id of history.ids) await group[0]?.store.create(id, null)
    for (let round = 0; round < rounds; round += 1) {
      const acts = Array.from({ length: 1 + random.below(4) }, () => {
        const own = group[random.below(group.length)]
        return own === undefined ? Promise.resolve() : act(history, own, random.pick(history.ids))
      })
      if (random.below(12) === 0) acts.push(Promise.resolve(context.disconnect?.()))
      await Promise.all(acts)
      // No sum of these is two leases or `pendingMs`: exactly at the limit, the store's own clock may decide either way.
      const ms = random.pick([0, 0, 0, 0, leaseMs * 0.7, leaseMs * 2.3, random.below(8) === 0 ? pendingMs * 1.1 : 0])
      if (ms > 0) await context.advance(ms)
      now += ms
    }
    for (const { store } of group) {
      for (const id of history.ids) await retry(() => store.read(id, 0, Number.MAX_SAFE_INTEGER))
    }
    explainHistory(recorder.acts, { pendingMs, slackMs: leaseMs / 20 })
  } catch (error) {
    throw new Error(
      `history ${run} of storeTestKit({ seed: ${context.seed} }) is not explained; run it again with that seed.\n` +
        (error instanceof Error ? error.message : String(error)),
      { cause: error },
    )
  }
}

function begin(store: StreamStore): Process {
  return { store, productions: new Map(), seen: new Map() }
}

/** One act of a process. Its result may be lost, or its request before it takes effect. */
async function act(history: History, own: Process, id: string): Promise<void> {
  const { random } = history
  const fate = random.below(12)
  // The process dies, and its state is lost. Its calls may still take effect.
  if (fate === 0) own.productions.delete(id)
  if (fate === 1) return
  const learn = choose(history, own, id)
  try {
    await learn(fate > 2)
  } catch {
    // The outcome is unknown. The act is recorded without a result, and the check accepts both outcomes.
  }
}

/** Picks an act. Its result changes the state of the process only if it `arrives`. */
function choose(history: History, own: Process, id: string): (arrives: boolean) => Promise<void> {
  const { random, leaseMs } = history
  const { store, productions, seen } = own
  const production = productions.get(id)
  const kind = random.below(20)
  if (production === undefined && kind < 9) {
    const owner = `owner-${++history.owners}`
    return async (arrives) => {
      const claim = await store.claim(id, { owner, leaseMs, canTakeOver: random.below(3) > 0 })
      if (!arrives || claim.type !== 'claimed') return
      productions.set(id, { owner, epoch: claim.epoch, offset: claim.offset })
    }
  }
  if (production !== undefined && kind < 12) return produce(history, own, id, production, kind)
  switch (kind) {
    case 12:
      return async () => void (await store.requestStop(id))
    case 13: {
      const epoch = seen.get(id)?.epoch ?? 1
      return async () => void (await store.expire(id, epoch))
    }
    case 14:
      return random.below(6) === 0 ? async () => void (await store.delete(id)) : readHeads(own, history)
    case 15:
      return random.below(6) === 0
        ? async () => void (await store.sweep({ olderThanMs: 0, limit: 1_000_000 }))
        : readHeads(own, history)
    case 16:
    case 17:
      return readHeads(own, history)
    case 18: {
      const offset = random.below(60)
      return async () => void (await store.read(id, offset, 1 + random.below(60)))
    }
    default:
      return async () => void (await store.read(id, 0, Number.MAX_SAFE_INTEGER))
  }
}

function readHeads({ store, seen }: Process, { ids }: History): (arrives: boolean) => Promise<void> {
  return async (arrives) => {
    const heads = await store.heads(ids)
    if (arrives) for (const head of heads) seen.set(head.id, head)
  }
}

/** An act of a producer. Usually it appends at the end that it knows, and after a conflict at the end in the result. */
function produce(history: History, own: Process, id: string, production: Production, kind: number) {
  const { random, leaseMs } = history
  const { store, productions } = own
  const { owner, epoch } = production
  if (kind === 0) {
    return async () => void (await store.claim(id, { owner, leaseMs, canTakeOver: random.below(2) === 0 }))
  }
  if (kind === 1) return async () => void (await store.beat(id, epoch))
  if (kind === 2) {
    const done: StoredEnding = { status: 'done', finishReason: 'stop' }
    const ending = random.pick<StoredEnding>([done, done, { status: 'error', error: 'code' }, { status: 'stopped' }])
    const text = random.pick(['', slice(history)])
    const request = { epoch, offset: production.offset, text, ...ending }
    return async (arrives: boolean) => {
      const result = await store.close(id, request)
      if (!arrives) await store.close(id, request)
      else if (result.type !== 'conflict') productions.delete(id)
      else production.offset = result.head.offset
    }
  }
  const request = production.unconfirmed ?? { epoch, offset: production.offset, text: slice(history) }
  production.unconfirmed = request
  return async (arrives: boolean) => {
    const result = await store.append(id, request)
    if (!arrives) return
    delete production.unconfirmed
    if (result.type === 'ok') production.offset = result.offset
    // A fenced producer goes on here: the store must refuse it.
    else if (result.type === 'conflict' && random.below(2) === 0) production.offset = result.head.offset
  }
}

function slice(history: History): string {
  history.slices += 1
  return `${history.slices}${history.random.pick(exactTexts)};`
}

/** Retries the last reads, which show the final state, if a connection was just lost. */
async function retry<T>(act: () => Promise<T>): Promise<T> {
  const maxAttempts = 50
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act()
    } catch (error) {
      expectTrue(attempt < maxAttempts, `the store does not recover: ${String(error)}`)
      await new Promise<void>((resolve) => setTimeout(resolve, 20))
    }
  }
}
