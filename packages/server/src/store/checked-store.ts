import { StreamsError } from '../errors'
import { isFinishReason } from './finish-reason'
import { isStatus } from './status'
import type { StoredRange, StreamHead, StreamStore } from './stream-store'
import { cutBeforeSplitPair } from './surrogates'

/**
 * The border between stores and the runtime: what a store reads is checked here once, so that no reader has to doubt it.
 * A store that gives back less than it acknowledged, or something else, rejects with `corrupt`: that stream cannot be read
 * until its store is repaired, and other streams are as they were.
 *
 * Every read that passes has begun where it was asked to, is no longer than it was asked to be, and makes progress: one
 * that is short of the durable length carries at least one whole character.
 */
export function checkedStore(store: StreamStore): StreamStore {
  return {
    create: (id, meta) => store.create(id, meta),
    claim: (id, request) => store.claim(id, request),
    append: (id, request) => store.append(id, request),
    beat: (id, epoch) => store.beat(id, epoch),
    close: (id, request) => store.close(id, request),
    requestStop: (id) => store.requestStop(id),
    expire: (id, epoch) => store.expire(id, epoch),
    delete: (id) => store.delete(id),
    sweep: (request) => store.sweep(request),
    heads: (ids) => store.heads(ids),
    watch: (onHint) => store.watch(onHint),
    dispose: () => store.dispose(),
    async read(id, offset, max) {
      const range = await store.read(id, offset, max)
      if (range === undefined) return undefined
      const fault = faultOf(range, id, offset, max)
      if (fault === undefined) return range
      throw new StreamsError(
        'corrupt',
        `the store's answer to read('${id}', ${offset}, ${max}) cannot be the text it acknowledged: ${fault}. Restore ` +
          'what it has lost, or delete the stream.',
      )
    },
  }
}

function faultOf(range: StoredRange, id: string, offset: number, max: number): string | undefined {
  const { head, start, text } = range
  const fault = headFaultOf(head, id)
  if (fault !== undefined) return fault
  const expectedStart = Math.min(offset, head.offset)
  if (start !== expectedStart) return `it starts at ${start}, not at ${expectedStart}`
  if (typeof text !== 'string') return `its text is no string but ${typeof text}`
  const longest = Math.min(max, head.offset - start)
  if (text.length > longest) return `it has ${text.length} code units where ${longest} are the most`
  // Two, because readers leave out the first half of a surrogate pair that is cut.
  const least = Math.min(longest, 2)
  if (text.length < least)
    return `it has ${text.length} code units, though ${head.offset - start} are stored from there`
  // No append ends there; readers would wait for the second half without a pause.
  if (start + text.length === head.offset && cutBeforeSplitPair(text) !== text) return 'it ends inside a surrogate pair'
  return undefined
}

function headFaultOf(head: StreamHead, id: string): string | undefined {
  if (typeof head !== 'object' || head === null) return 'it has no head'
  if (head.id !== id) return `its head is of '${head.id}'`
  if (!isStatus(head.status)) return `there is no status '${String(head.status)}'`
  for (const name of ['epoch', 'base', 'offset'] as const) {
    if (!Number.isSafeInteger(head[name]) || head[name] < 0) return `its ${name} is ${String(head[name])}`
  }
  if (head.finishReason !== undefined && !isFinishReason(head.finishReason)) return 'its finish reason is none'
  if (!Number.isFinite(head.now)) return `its clock says ${String(head.now)}`
  return head.base > head.offset ? `its base ${head.base} is beyond its offset ${head.offset}` : undefined
}
