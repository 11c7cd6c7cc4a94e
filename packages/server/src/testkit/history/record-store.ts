import type { StreamStore } from '../../store/stream-store'
import type { StoreModel } from '../store-model'
import type { Act } from './act'

/** Records the calls and results of several stores on the same data, in order. */
export interface Recorder {
  readonly acts: readonly Act[]
  /** Wraps a store and records its calls as those of process number `by`. */
  record(store: StreamStore, by: number): StreamStore
}

/** @param now the clock that the stores measure leases by */
export function createRecorder(now: () => number): Recorder {
  const acts: Act[] = []
  let moment = 0

  function begin(by: number, id: string, what: string, play: Act['play']): Act {
    const act = { by, id, what, begun: ++moment, ended: Infinity, now: now(), answer: undefined, play }
    acts.push(act)
    return act
  }

  return {
    acts,
    record(store, by) {
      async function recorded<T>(id: string, what: string, play: Act['play'], act: () => Promise<T>): Promise<T> {
        const entry = begin(by, id, what, play)
        const answer = await act()
        Object.assign(entry, { ended: ++moment, answer })
        return answer
      }
      return {
        create: (id, meta, request) =>
          recorded(
            id,
            'create',
            (model) => model.create(id, meta, request),
            () => store.create(id, meta, request),
          ),
        claim: (id, request) =>
          recorded(
            id,
            `claim ${show(request)}`,
            (model) => model.claim(id, request),
            () => store.claim(id, request),
          ),
        append: (id, request) =>
          recorded(
            id,
            `append ${show(request)}`,
            (model) => model.append(id, request.epoch, request.offset, request.text),
            () => store.append(id, request),
          ),
        beat: (id, epoch) =>
          recorded(
            id,
            `beat ${epoch}`,
            (model) => model.beat(id, epoch),
            () => store.beat(id, epoch),
          ),
        close: (id, request) =>
          recorded(
            id,
            `close ${show(request)}`,
            (model) => model.close(id, request),
            () => store.close(id, request),
          ),
        requestStop: (id) =>
          recorded(
            id,
            'requestStop',
            (model) => model.requestStop(id),
            () => store.requestStop(id),
          ),
        expire: (id, epoch) =>
          recorded(
            id,
            `expire ${epoch}`,
            (model) => model.expire(id, epoch),
            () => store.expire(id, epoch),
          ),
        delete: (id) =>
          recorded(
            id,
            'delete',
            (model) => model.delete(id),
            () => store.delete(id),
          ),
        async read(id, offset, max) {
          const entry = begin(by, id, `read from ${offset}, at most ${max}`, (model) => model.read(id, offset, max))
          const range = await store.read(id, offset, max)
          Object.assign(entry, { ended: ++moment, answer: range })
          return range
        },
        // It never changes, and other cases compare it.
        readMeta: (id) => store.readMeta(id),
        async heads(ids) {
          // Each head is a separate read: the contract does not promise one common snapshot.
          const entries = [...new Set(ids)].map((id) => begin(by, id, 'head', (model) => model.head(id)))
          const heads = await store.heads(ids)
          moment++
          for (const entry of entries) {
            Object.assign(entry, { ended: moment, answer: heads.find(({ id }) => id === entry.id) })
          }
          return heads
        },
        async sweep(request) {
          const begun = ++moment
          const ids = await store.sweep(request)
          const ended = ++moment
          const play = (id: string) => (model: StoreModel) => model.sweepOne(id, request.olderThanMs)
          const known = new Set(acts.map(({ id }) => id))
          for (const id of ids) {
            // A stream of an earlier history on the same data.
            if (!known.has(id)) continue
            acts.push({
              by,
              id,
              what: `sweep ${show(request)}`,
              begun,
              ended,
              now: now(),
              answer: true,
              play: play(id),
            })
          }
          return ids
        },
        // Its streams are read one by one, as heads are, and other cases compare it.
        list: (request) => store.list(request),
        watch: (onChange) => store.watch(onChange),
        dispose: () => store.dispose(),
      }
    },
  }
}

function show(request: object): string {
  return JSON.stringify(request)
}
