import { StreamServerError } from '../../errors'
import type { LoadedRecord, RecordChanges, RecordTable } from '../shared/optimistic-store'
import { createRecord, endOf, type StreamRecord } from '../shared/record'
import type { TextRow } from '../shared/transaction'
import { type Claims, ForeignClaim } from './claims'
import type { CallRedis } from './connection/call-redis'
import { findEnded, type PageOfBucket } from './find-ended'
import { bucketKeys, decodeId, listKeys, type StreamKeys, streamKeys } from './keys'
import { listStreams } from './lists'
import { changingFields, optional, type RedisRecord, toRecord, toRecordIfWhole, toText } from './record-fields'
import {
  changeScript,
  delistScript,
  enlistScript,
  insertScript,
  listScript,
  loadAllScript,
  loadScript,
  pageScript,
  type RedisScript,
  readScript,
  removeScript,
  replaceScript,
  runScript,
  writeScript,
} from './scripts'

export interface RedisTableOptions {
  readonly call: CallRedis
  readonly prefix: string
  readonly pendingMs: number
  /** `undefined`: the server's clock. */
  readonly now: (() => number) | undefined
  /** `undefined`: a stream that has ended stays until it is swept. */
  readonly expireMs: number | undefined
  readonly claims: Claims
}

type ListField = 'listOwner' | 'listGroup'

/** How many records of one bucket are loaded at once. */
const maxLoad = 100

export interface RedisTable extends RecordTable {
  /** Distinguishes streams that had the same id one after the other. `undefined` if there is no stream. */
  birthOf(id: string): Promise<string | undefined>
}

/** Streams in Redis. Each act is one script on the keys of one stream. */
export function redisTable(options: RedisTableOptions): RedisTable {
  const { call, prefix, pendingMs, now, claims } = options
  const expireMs = options.expireMs === undefined ? '' : String(options.expireMs)
  const moment = () => (now === undefined ? '' : String(Math.floor(now())))
  // Revisions are unique among all processes, also after a failover lost some. A counter in Redis would not be.
  const token = crypto.randomUUID()
  let revisions = 0
  function nextRevision(): string {
    revisions += 1
    return `${token}.${revisions}`
  }

  const run = (bucket: number, script: RedisScript, keys: readonly [string, ...string[]], args: readonly string[]) =>
    call(bucket, (link) => runScript(link, script, keys, args))

  function keysOf({ bucket, record, text }: StreamKeys): [string, string, string, string] {
    const { index, expiring } = bucketKeys(prefix, bucket)
    return [record, text, index, expiring]
  }

  async function load(id: string): Promise<(RedisRecord & LoadedRecord) | undefined> {
    const { bucket, record } = streamKeys(prefix, id)
    const [at, values] = (await run(bucket, loadScript, [record], [moment()])) as [unknown, unknown[]]
    return toLoaded(id, at, values)
  }

  function toLoaded(id: string, at: unknown, values: unknown[]): (RedisRecord & LoadedRecord) | undefined {
    const seen = toRecord(id, values, Number(at))
    return seen && { ...seen, meta: String(values.at(-1) ?? 'null') }
  }

  /** A claim is kept once it is written, with the birth of its stream. */
  function keepClaim(id: string, { epoch, owner, leaseMs }: RecordChanges, birth: string): void {
    if (owner === undefined || !claims.isClaiming(owner)) return
    claims.set(id, { epoch: epoch ?? 0, owner, leaseMs: leaseMs ?? 0, birth })
  }

  /** Leaves out a damaged record, so that only its own stream fails. */
  async function loadAll(ids: readonly string[]): Promise<readonly RedisRecord[]> {
    return (await Promise.all(groupsOf(ids).map(loadGroup))).flat()
  }

  /** At most `maxLoad` ids at once, of one bucket. */
  function groupsOf(ids: readonly string[]): { bucket: number; ids: string[] }[] {
    const groups: { bucket: number; ids: string[] }[] = []
    const open = new Map<number, { bucket: number; ids: string[] }>()
    for (const id of new Set(ids)) {
      const { bucket } = streamKeys(prefix, id)
      let group = open.get(bucket)
      if (group === undefined || group.ids.length === maxLoad) {
        group = { bucket, ids: [] }
        open.set(bucket, group)
        groups.push(group)
      }
      group.ids.push(id)
    }
    return groups
  }

  async function loadGroup({ bucket, ids }: { bucket: number; ids: readonly string[] }): Promise<RedisRecord[]> {
    const keys = ids.map((id) => streamKeys(prefix, id).record) as [string, ...string[]]
    const [at, ...records] = (await run(bucket, loadAllScript, keys, [moment()])) as unknown[]
    return ids.flatMap((id, i) => toRecordIfWhole(id, records[i], Number(at)) ?? [])
  }

  async function remove(keys: StreamKeys, revision: string): Promise<boolean> {
    const reply = await run(keys.bucket, removeScript, keysOf(keys), ['', keys.member, revision])
    if (!Array.isArray(reply)) return false
    const [createdAt, listOwner, listGroup] = reply as string[]
    const record = { createdAt: Number(createdAt), listOwner: toText(listOwner), listGroup: toText(listGroup) }
    await changeLists(delistScript, decodeId(keys.member), record)
    return true
  }

  /** Puts the stream into its lists, or takes it out of them. */
  async function changeLists(script: RedisScript, id: string, record: Pick<StreamRecord, 'createdAt' | ListField>) {
    const { createdAt, listOwner: owner, listGroup: group } = record
    const args = [String(createdAt), streamKeys(prefix, id).member]
    await Promise.all(listKeys(prefix, { owner, group }).map(({ bucket, list }) => run(bucket, script, [list], args)))
  }

  return {
    async insert(id, meta, request) {
      const keys = streamKeys(prefix, id)
      const { lapsesAt, epoch } = createRecord(id, 0, pendingMs, request)
      const { owner, group } = request ?? {}
      const lists = [optional(owner), optional(group)]
      const args = [moment(), keys.member, meta, String(lapsesAt), nextRevision(), String(epoch), ...lists]
      const [recordKey, textKey, indexKey] = keysOf(keys)
      const createdAt = Number(await run(keys.bucket, insertScript, [recordKey, textKey, indexKey], args))
      // The process that created it may have died before it was in the lists.
      const record = createdAt > 0 ? { createdAt, listOwner: owner, listGroup: group } : (await load(id))?.record
      if (record && (owner !== undefined || group !== undefined)) await changeLists(enlistScript, id, record)
      return createdAt > 0
    },
    load,
    birthOf: async (id) => (await load(id))?.birth,
    loadAll,
    async list(request) {
      const { owner, group } = request
      // The list of the group, if both are given.
      const key = listKeys(prefix, { owner, group }).at(-1)
      if (!key) return []
      const { bucket, list } = key
      return listStreams(request, {
        loadAll,
        async page(latest, skip, count) {
          const args = [latest === Infinity ? '+inf' : String(latest), String(skip), String(count)]
          const reply = (await run(bucket, listScript, [list], args)) as string[]
          return reply.flatMap((member, i) =>
            i % 2 === 0 ? [{ id: decodeId(member), createdAt: Number(reply[i + 1]) }] : [],
          )
        },
        async forget({ id, createdAt }) {
          await run(bucket, delistScript, [list], [String(createdAt), streamKeys(prefix, id).member])
        },
      })
    },
    async replace(seen, record, rows, mustBeWhole) {
      const keys = streamKeys(prefix, record.id)
      const fields = [...changingFields(record), 'revision', nextRevision()]
      const endedAt = record.endedAt === seen.record.endedAt ? '' : String(record.endedAt)
      const head = [moment(), keys.member, seen.revision, endedAt, expireMs, flag(mustBeWhole), String(fields.length)]
      const reply = await run(keys.bucket, replaceScript, keysOf(keys), [...head, ...fields, ...flat(rows)])
      if (Array.isArray(reply)) return toLoaded(record.id, reply[1], reply[2]) ?? false
      if (Number(reply) === -2) throw incomplete(record.id)
      keepClaim(record.id, record, (seen as RedisRecord).birth)
      return true
    },
    async change(id, status, { lapsesAt, endedAt, epoch = 0, ...changes }) {
      const keys = streamKeys(prefix, id)
      const times = [lapsesAt, endedAt].map((ms) => (ms === undefined ? '' : String(ms)))
      const args = [
        moment(),
        keys.member,
        status,
        ...times,
        expireMs,
        String(epoch),
        ...changingFields(changes),
        'revision',
        nextRevision(),
      ]
      const [isChanged, at, values] = (await run(keys.bucket, changeScript, keysOf(keys), args)) as [
        unknown,
        unknown,
        unknown[],
      ]
      const seen = toLoaded(id, at, values)
      if (seen === undefined) return undefined
      if (Number(isChanged) === 1) keepClaim(id, seen.record, seen.birth)
      return { ...seen, isChanged: Number(isChanged) === 1 }
    },
    async write(id, { epoch, offset, rows, added, ending }) {
      const keys = streamKeys(prefix, id)
      const args = [
        moment(),
        keys.member,
        String(epoch),
        optional(claims.ownerOf(id, epoch)),
        offset === undefined ? '' : String(offset),
        String(added),
        ending?.status ?? '',
        optional(ending?.error),
        optional(ending?.finishReason),
        expireMs,
        nextRevision(),
        flag(ending?.status === 'done'),
        ...flat(rows),
      ]
      const reply = await run(keys.bucket, writeScript, keysOf(keys), args)
      if (Array.isArray(reply)) {
        if (Number(reply[0]) === 0) return toLoaded(id, reply[1], reply[2])
        return { length: Number(reply[1]), stopRequested: reply[2] === '1' }
      }
      if (Number(reply) === -1) throw new ForeignClaim(id)
      throw incomplete(id)
    },
    remove: (id) => remove(streamKeys(prefix, id), '*'),
    async removeEnded(olderThanMs, limit) {
      const page: PageOfBucket = (bucket, offset, count) => pageOf(bucket, olderThanMs, offset, count)
      const found = await findEnded({ limit, page })
      const removed = await Promise.all(
        found.map(async ({ seen: { record, revision } }) =>
          // A producer that has returned since the read keeps its stream.
          (await remove(streamKeys(prefix, record.id), revision)) ? [record.id] : [],
        ),
      )
      return removed.flat()
    },
    async read(id, from, to) {
      const keys = streamKeys(prefix, id)
      const last = String(Math.min(to, Number.MAX_SAFE_INTEGER) - 1)
      const args = [moment(), String(from), last]
      const reply = await run(keys.bucket, readScript, [keys.record, keys.text], args)
      if (!Array.isArray(reply)) return undefined
      const [at, values, rows] = reply as [unknown, unknown, string[]]
      const seen = toRecord(id, values, Number(at))
      if (seen === undefined) return undefined
      const row = join(id, rows)
      checkWhole(id, row, Math.min(from, seen.record.length), Math.min(to, seen.record.length))
      return { ...seen, rows: row === undefined ? [] : [row] }
    },
  }

  /** One page of the index of a bucket: the streams in it that ended that long ago. */
  async function pageOf(bucket: number, olderThanMs: number, offset: number, count: number) {
    const { index } = bucketKeys(prefix, bucket)
    const args = [moment(), String(olderThanMs), String(offset), String(count)]
    const [oldest, reply] = (await run(bucket, pageScript, [index], args)) as [string, string[]]
    const members = reply.filter((_, i) => i % 2 === 0)
    const ids = members.map(decodeId)
    const seen = await loadAll(ids)
    const living = new Set(seen.map(({ record }) => record.id))
    // They expired by themselves, or were evicted.
    const lost = ids.filter((id) => !living.has(id))
    for (const id of lost) await remove(streamKeys(prefix, id), '')
    return {
      found: seen.flatMap((each) => {
        const end = endOf(each.record)
        return end <= Number(oldest) ? [{ seen: each, end }] : []
      }),
      // The score is when the stream was created or ended, so no stream after the page ended before it.
      frontier: members.length < count ? Infinity : Number(reply.at(-1)),
      next: offset + members.length - lost.length,
    }
  }
}

function flag(isSet: boolean): string {
  return isSet ? '1' : ''
}

function flat(rows: readonly TextRow[]): string[] {
  return rows.flatMap(({ start, text }) => [String(start), text])
}

/** The entries are id, text, id, text. An id is the start and `-1`. */
function join(id: string, entries: readonly string[]): TextRow | undefined {
  if (entries.length === 0) return undefined
  const start = Number.parseInt(entries[0] ?? '', 10)
  const texts: string[] = []
  let end = start
  for (let i = 0; i < entries.length; i += 2) {
    const text = entries[i + 1] ?? ''
    if (Number.parseInt(entries[i] ?? '', 10) !== end) throw incomplete(id)
    texts.push(text)
    end += text.length
  }
  return { start, text: texts.join('') }
}

/** A Redis that evicts keys, or was restored from a damaged copy, may have the record without its text. */
function checkWhole(id: string, row: TextRow | undefined, start: number, end: number): void {
  if (end <= start) return
  if (row === undefined || row.start > start || row.start + row.text.length < end) throw incomplete(id)
}

function incomplete(id: string): StreamServerError {
  return new StreamServerError(
    'corrupt',
    `redisStore found "${id}" without some of its text. Has Redis evicted it? Set its maxmemory-policy to noeviction.`,
  )
}
