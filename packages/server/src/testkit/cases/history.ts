import type { TerminalStatus } from '../../store/status'
import type { AppendRequest, StreamHead, StreamStore } from '../../store/stream-store'
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
    name: 'processes that act at once, crash and lose connections lose, repeat and reorder nothing',
    async run(context) {
      const stores = [context.store]
      while (stores.length < processes) stores.push((await context.connect?.()) ?? context.store)
      for (let run = 0; run < context.runs; run += 1) await playHistory(context, stores, run)
    },
  },
]

/** What a process believes of a stream that it produces. It may be wrong for long: it is not told of what it lost. */
interface Production {
  owner: string
  epoch: number
  offset: number
  /** Whose outcome it does not know, and so asks for again. */
  unanswered?: AppendRequest
}

interface Process {
  readonly store: StreamStore
  readonly productions: Map<string, Production>
  /** Heads as it has last seen them. */
  readonly seen: Map<string, StreamHead>
}

interface History {
  readonly random: Random
  readonly ids: readonly [string, string]
  readonly leaseMs: number
  /** Distinct for each slice, so that a repeated or displaced one can be told. */
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
      // No sum of these is two leases or `pendingMs`: on the border itself a store's own clock may fall either way.
      const ms = random.pick([0, 0, 0, 0, leaseMs * 0.7, leaseMs * 2.3, random.below(8) === 0 ? pendingMs * 1.1 : 0])
      if (ms > 0) await context.advance(ms)
      now += ms
    }
    for (const { store } of group) {
      for (const id of history.ids) await persist(() => store.read(id, 0, Number.MAX_SAFE_INTEGER))
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

/** One act of a process. Its answer may be lost, or the request before it took effect. */
async function act(history: History, own: Process, id: string): Promise<void> {
  const { random } = history
  const fate = random.below(12)
  // The process dies: nobody knows any more what it knew. What it asked for may still happen.
  if (fate === 0) own.productions.delete(id)
  if (fate === 1) return
  const learn = choose(history, own, id)
  try {
    await learn(fate > 2)
  } catch {
    // The store could not tell the outcome. The record has the act without an answer, and the check takes either.
  }
}

/** Picks an act; the answer changes what the process believes only if it `arrives`. */
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
      return random.below(6) === 0 ? async () => void (await store.delete(id)) : look(own, history)
    case 15:
      return random.below(6) === 0
        ? async () => void (await store.sweep({ before: Number.MAX_SAFE_INTEGER, limit: 1_000_000 }))
        : look(own, history)
    case 16:
    case 17:
      return look(own, history)
    case 18: {
      const offset = random.below(60)
      return async () => void (await store.read(id, offset, 1 + random.below(60)))
    }
    default:
      return async () => void (await store.read(id, 0, Number.MAX_SAFE_INTEGER))
  }
}

function look({ store, seen }: Process, { ids }: History): (arrives: boolean) => Promise<void> {
  return async (arrives) => {
    const heads = await store.heads(ids)
    if (arrives) for (const head of heads) seen.set(head.id, head)
  }
}

/** What a producer does: as a rule it appends where it believes the end to be, and after a conflict where it is. */
function produce(history: History, own: Process, id: string, production: Production, kind: number) {
  const { random, leaseMs } = history
  const { store, productions } = own
  const { owner, epoch } = production
  if (kind === 0) {
    return async () => void (await store.claim(id, { owner, leaseMs, canTakeOver: random.below(2) === 0 }))
  }
  if (kind === 1) return async () => void (await store.beat(id, epoch))
  if (kind === 2) {
    const status = random.pick<TerminalStatus>(['done', 'done', 'error', 'stopped'])
    const text = random.pick(['', slice(history)])
    const reasons = status === 'error' ? { error: 'code' } : status === 'done' ? { finishReason: 'stop' } : {}
    const request = { epoch, offset: production.offset, text, status, ...reasons }
    return async (arrives: boolean) => {
      const result = await store.close(id, request)
      if (!arrives) await store.close(id, request)
      else if (result.type !== 'conflict') productions.delete(id)
      else production.offset = result.head.offset
    }
  }
  const request = production.unanswered ?? { epoch, offset: production.offset, text: slice(history) }
  production.unanswered = request
  return async (arrives: boolean) => {
    const result = await store.append(id, request)
    if (!arrives) return
    delete production.unanswered
    if (result.type === 'ok') production.offset = result.offset
    // A producer that was fenced goes on all the same: it is the store that must refuse it.
    else if (result.type === 'conflict' && random.below(2) === 0) production.offset = result.head.offset
  }
}

function slice(history: History): string {
  history.slices += 1
  return `${history.slices}${history.random.pick(exactTexts)};`
}

/** The last reads tell what is there in the end, so a connection that was just lost must not spare the store from them. */
async function persist<T>(act: () => Promise<T>): Promise<T> {
  const tries = 50
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act()
    } catch (error) {
      expectTrue(attempt < tries, `the store does not come back: ${String(error)}`)
      await new Promise<void>((resolve) => setTimeout(resolve, 20))
    }
  }
}
