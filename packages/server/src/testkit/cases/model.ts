import type { StoredEnding } from '../../store/stream-store'
import { expectEqual } from '../expect'
import { createRandom, type Random } from '../random'
import { StoreModel } from '../store-model'
import { exactTexts } from '../texts'
import type { CaseContext, CaseDefinition } from '../types'

const actsPerRun = 120

export const modelCases: readonly CaseDefinition[] = [
  {
    key: 'model/random',
    name: 'random histories give the results of a simple model',
    async run(context) {
      const model = new StoreModel(context.pendingMs)
      for (let run = 0; run < context.runs; run += 1) await playHistory(context, model, run)
    },
  },
]

async function playHistory(context: CaseContext, model: StoreModel, run: number): Promise<void> {
  const random = createRandom(context.seed + run)
  const history: string[] = []
  // Few streams, owners and epochs, so that the acts meet each other.
  const ids: [string, string, string] = [context.id(), context.id(), context.id()]
  try {
    for (let act = 0; act < actsPerRun; act += 1) {
      const id = random.pick(ids)
      history.push(await playAct(context, model, random, id))
      await compareStream(context, model, random, id)
    }
  } catch (error) {
    throw new Error(
      `random history ${run} of storeTestKit({ seed: ${context.seed} }); run it again with that seed.\n` +
        `${error instanceof Error ? error.message : String(error)}\n${history.slice(-12).join('\n')}`,
      { cause: error },
    )
  }
}

/** Plays one act on the store and the model, compares the results and returns a description. */
async function playAct(context: CaseContext, model: StoreModel, random: Random, id: string): Promise<string> {
  const { store, leaseMs, pendingMs, advance } = context
  const head = model.head(id)
  const epoch = (head?.epoch ?? 0) + random.pick([0, 0, 0, 0, 0, -1, 1])
  const offset = Math.max(0, (head?.offset ?? 0) + random.pick([0, 0, 0, 0, 0, -1, 1, 7]))
  const text = Array.from({ length: 1 + random.below(4) }, () => random.pick(exactTexts)).join('')

  switch (random.below(13)) {
    case 0:
    case 1: {
      const request = { epoch: random.pick([0, 0, 7]) }
      const what = `create ${id} ${JSON.stringify(request)}`
      expectEqual(await store.create(id, id, request), model.create(id, id, request), what)
      return what
    }
    case 2:
    case 3: {
      const request = { owner: random.pick(['a', 'b', 'c']), leaseMs, canTakeOver: random.below(2) === 0 }
      const what = `claim ${id} ${JSON.stringify(request)}`
      expectEqual(await store.claim(id, request), model.claim(id, request), what)
      return what
    }
    case 4:
    case 5:
    case 6: {
      const what = `append ${id} ${JSON.stringify({ epoch, offset, text })}`
      expectEqual(await store.append(id, { epoch, offset, text }), model.append(id, epoch, offset, text), what)
      return what
    }
    case 7: {
      const what = `beat ${id} ${epoch}`
      expectEqual(await store.beat(id, epoch), model.beat(id, epoch), what)
      return what
    }
    case 8: {
      const ending = random.pick<StoredEnding>([
        { status: 'done', finishReason: 'length' },
        { status: 'error', error: 'code' },
        { status: 'timeout' },
        { status: 'stopped' },
      ])
      const last = random.pick(['', text])
      const request = { epoch, offset, text: last, ...ending }
      const what = `close ${id} ${JSON.stringify(request)}`
      expectEqual(await store.close(id, request), model.close(id, request), what)
      expectEqual(await store.close(id, request), model.close(id, request), `${what}, repeated`)
      return what
    }
    case 9: {
      const what = `requestStop ${id}`
      expectEqual(await store.requestStop(id), model.requestStop(id), what)
      return what
    }
    case 10: {
      const what = `expire ${id} ${epoch}`
      expectEqual(await store.expire(id, epoch), model.expire(id, epoch), what)
      return what
    }
    case 11: {
      // No sum of these is two leases or `pendingMs`: exactly at the limit, the store's own clock may decide either way.
      const ms = random.pick([leaseMs * 0.7, leaseMs * 0.7, leaseMs * 2.3, pendingMs * 1.1])
      await advance(ms)
      model.now += ms
      return `advance ${ms}`
    }
    default: {
      if (random.below(4) === 0) {
        const swept = [...(await store.sweep({ olderThanMs: 0, limit: 1_000_000 }))].sort()
        expectEqual(swept, model.sweep().sort(), 'sweep')
        return 'sweep'
      }
      const what = `delete ${id}`
      expectEqual(await store.delete(id), model.delete(id), what)
      return what
    }
  }
}

async function compareStream(context: CaseContext, model: StoreModel, random: Random, id: string): Promise<void> {
  const head = model.head(id)
  const text = model.text(id)
  expectEqual(await context.store.heads([id]), head === undefined ? [] : [head], `the head of ${id}`)
  const offset = random.below((text?.length ?? 0) + 2)
  const max = random.below((text?.length ?? 0) + 2)
  const expected =
    head === undefined || text === undefined
      ? undefined
      : { head, start: Math.min(offset, text.length), text: text.slice(offset, offset + max) }
  expectEqual(await context.store.read(id, offset, max), expected, `the read of ${id} from ${offset}, at most ${max}`)
  expectEqual(await context.store.readMeta(id), head === undefined ? undefined : id, `the meta of ${id}`)
}
