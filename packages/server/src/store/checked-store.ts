import { StreamServerError } from '../errors'
import { isFinishReason } from './finish-reason'
import { isStatus, isTerminal } from './status'
import type {
  ClaimResult,
  ExpireResult,
  ListedStream,
  StoredRange,
  StreamHead,
  StreamStore,
  WriteResult,
} from './stream-store'
import { cutBeforeSplitPair } from './surrogates'

/**
 * Checks each result of a store once, so that no other code has to. A result that cannot be true, such as text that is
 * shorter than what was acknowledged, is rejected with `corrupt`. Only its own stream is affected.
 *
 * A read that passes starts at the requested offset, is not longer than requested, and makes progress: if it ends
 * before the durable length, it has at least one whole character.
 *
 * `heads` reads many streams, so it leaves out a head that cannot be true, and calls `onFault` for it. A stream without
 * a head there may still exist: only a call for that stream shows that.
 */
export function checkedStore(store: StreamStore, onFault: (error: StreamServerError, id: string) => void): StreamStore {
  return {
    create: async (id, meta, request) => store.create(id, meta, request),
    async claim(id, request) {
      const result = await store.claim(id, request)
      const isClaimed = result?.type === 'claimed'
      check('claim', id, isClaimed ? claimFaultOf(result) : refusalFaultOf(result, ['busy', 'terminal', 'gone'], id))
      return result
    },
    async append(id, request) {
      const result = await store.append(id, request)
      check('append', id, writeFaultOf(result, id, request.offset + request.text.length))
      return result
    },
    async beat(id, epoch) {
      const result = await store.beat(id, epoch)
      check('beat', id, writeFaultOf(result, id))
      return result
    },
    async close(id, request) {
      const result = await store.close(id, request)
      check('close', id, writeFaultOf(result, id, request.offset + request.text.length))
      return result
    },
    async requestStop(id) {
      const head = await store.requestStop(id)
      check('requestStop', id, head && headFaultOf(head, id))
      return head
    },
    async expire(id, epoch) {
      const result = await store.expire(id, epoch)
      check('expire', id, expireFaultOf(result, id))
      return result
    },
    delete: async (id) => store.delete(id),
    readMeta: async (id) => store.readMeta(id),
    sweep: async (request) => store.sweep(request),
    async heads(ids) {
      const heads: unknown = await store.heads(ids)
      if (!Array.isArray(heads))
        throw new StreamServerError('store', `the store's heads() returned ${typeof heads}, not an array`)
      const requested = new Set(ids)
      return heads.filter((head: StreamHead | undefined) => {
        const id = String(head?.id)
        const fault = requested.has(id) ? headFaultOf(head, id) : 'its stream was not requested'
        if (fault !== undefined) onFault(corrupt(`heads(['${id}'])`, fault), id)
        return fault === undefined
      })
    },
    async list(request) {
      const listed: unknown = await store.list(request)
      if (!Array.isArray(listed))
        throw new StreamServerError('store', `the store's list() returned ${typeof listed}, not an array`)
      return listed.filter((each: ListedStream | undefined) => {
        const id = String(each?.head?.id)
        const fault = headFaultOf(each?.head, id)
        if (fault !== undefined) onFault(corrupt('list()', fault), id)
        return fault === undefined
      })
    },
    watch: (onChange) => store.watch(onChange),
    dispose: async () => store.dispose(),
    async read(id, offset, max) {
      const range = await store.read(id, offset, max)
      if (range === undefined) return undefined
      const fault = faultOf(range, id, offset, max)
      if (fault === undefined) return range
      throw corrupt(`read('${id}', ${offset}, ${max})`, fault)
    },
  }
}

function check(method: string, id: string, fault: string | undefined): void {
  if (fault !== undefined) throw corrupt(`${method}('${id}')`, fault)
}

function corrupt(call: string, fault: string): StreamServerError {
  return new StreamServerError(
    'corrupt',
    `the result of the store's ${call} contradicts what it acknowledged: ${fault}. Restore what it has lost, or delete ` +
      'the stream.',
  )
}

function claimFaultOf({ epoch, offset, meta }: Extract<ClaimResult, { type: 'claimed' }>): string | undefined {
  if (!Number.isSafeInteger(epoch) || epoch < 1) return `its epoch is ${String(epoch)}`
  if (meta === undefined) return 'it has no meta'
  return isLength(offset) ? undefined : `its offset is ${String(offset)}`
}

/** `end`: where the text must end after the write. Left out if the write adds no text. */
function writeFaultOf(result: WriteResult, id: string, end?: number): string | undefined {
  if (result?.type !== 'ok') return refusalFaultOf(result, ['conflict', 'gone'], id)
  const { offset } = result
  if (!isLength(offset)) return `its offset is ${String(offset)}`
  return end === undefined || offset === end ? undefined : `it ends at ${offset}, not at ${end}`
}

function expireFaultOf(result: ExpireResult, id: string): string | undefined {
  const fault = refusalFaultOf(result, ['expired', 'kept', 'gone'], id)
  if (fault !== undefined || result.type !== 'expired' || isTerminal(result.head.status)) return fault
  return `it has expired and is ${result.head.status}`
}

/** The fault of a result that must be one of these refusals. All of them but `gone` have a head. */
function refusalFaultOf(
  result: { readonly type: string } | undefined,
  types: readonly string[],
  id: string,
): string | undefined {
  if (!types.includes(result?.type ?? '')) return `there is no result '${String(result?.type)}'`
  return result?.type === 'gone' ? undefined : headFaultOf((result as unknown as { head: StreamHead }).head, id)
}

function faultOf(range: StoredRange, id: string, offset: number, max: number): string | undefined {
  const { head, start, text } = range
  const headFault = headFaultOf(head, id)
  if (headFault !== undefined) return headFault
  const expectedStart = Math.min(offset, head.offset)
  if (start !== expectedStart) return `it starts at ${start}, not at ${expectedStart}`
  if (typeof text !== 'string') return `its text is not a string but ${typeof text}`
  const longest = Math.min(max, head.offset - start)
  if (text.length > longest) return `it has ${text.length} code units, and at most ${longest} are possible`
  // Two, because readers drop the first half of a surrogate pair that is cut.
  const least = Math.min(longest, 2)
  if (text.length < least)
    return `it has ${text.length} code units, though ${head.offset - start} are stored from there`
  // No append ends there, and readers would read again and again for the second half.
  if (start + text.length === head.offset && cutBeforeSplitPair(text) !== text) return 'it ends inside a surrogate pair'
  return undefined
}

function headFaultOf(head: StreamHead | undefined, id: string): string | undefined {
  if (typeof head !== 'object' || head === null) return 'it has no head'
  if (head.id !== id) return `its head is of '${head.id}'`
  if (!isStatus(head.status)) return `there is no status '${String(head.status)}'`
  for (const name of ['epoch', 'base', 'offset'] as const) {
    if (!isLength(head[name])) return `its ${name} is ${String(head[name])}`
  }
  if (head.finishReason !== undefined && !isFinishReason(head.finishReason)) return 'its finish reason is invalid'
  if (!Number.isFinite(head.now)) return `its clock is ${String(head.now)}`
  return head.base > head.offset ? `its base ${head.base} is beyond its offset ${head.offset}` : undefined
}

function isLength(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
