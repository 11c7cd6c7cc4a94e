import { createHash } from 'node:crypto'
import { createRecord } from '../shared/record'
import type { RedisLink } from './connection/link'
import { changingFields, recordFields } from './record-fields'

/** A script is one atomic act on its keys, which all have one hash tag. */
export interface RedisScript {
  readonly source: string
  readonly sha: string
}

/** Runs a script by its digest, and sends its source if the server does not have it. */
export async function runScript(
  link: RedisLink,
  { source, sha }: RedisScript,
  keys: readonly [string, ...string[]],
  args: readonly string[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args]
  try {
    return await link.command(keys[0], ['EVALSHA', sha, ...rest])
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return link.command(keys[0], ['EVAL', source, ...rest])
  }
}

// The first argument is always the time, or empty for the server's own clock.
const moment = `
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end
`

// A replica would serve reads, and the data of a demoted primary may be old. If the user has no right for INFO, the check is
// skipped.
const primary = `
local role = redis.pcall('INFO', 'replication')
if type(role) == 'string' and string.find(role, 'role:slave', 1, true) then
  return redis.error_reply('READONLY You cannot read from a replica.')
end
`

// The id of an entry is the start of its row, so that no act and no read touches more text than it needs. Redis refuses an
// id that is not above the last one, so no row is ever stored twice. Returns the number of rows that were added.
const addRows = `
local function add_rows(from)
  for i = from, #ARGV, 2 do
    redis.call('XADD', KEYS[2], ARGV[i] .. '-1', 't', ARGV[i + 1])
  end
  return from <= #ARGV and (#ARGV - from + 1) / 2 or 0
end
`

// With another policy than noeviction, Redis may delete the text and leave the record. So the record has the number of rows.
// XLEN takes constant time.
const isWhole = `
local function is_whole(pieces)
  return redis.call('XLEN', KEYS[2]) == tonumber(pieces or 0)
end
`

// A stream that expires by itself leaves its member in the index. Each end of a stream removes ten such members of its bucket.
const end = `
local function end_at(ended_at, member, expire_ms)
  redis.call('ZADD', KEYS[3], ended_at, member)
  if expire_ms ~= '' then
    redis.call('PEXPIRE', KEYS[1], expire_ms)
    redis.call('PEXPIRE', KEYS[2], expire_ms)
    redis.call('ZADD', KEYS[4], string.format('%.0f', now + expire_ms), member)
  end
  local expired = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 10)
  if #expired > 0 then
    redis.call('ZREM', KEYS[3], unpack(expired))
    redis.call('ZREM', KEYS[4], unpack(expired))
  end
end
`

const fields = recordFields.map((field) => `'${field}'`).join(', ')

// What a script returns that changed nothing: the moment, the fields of the record and the meta.
const unchanged = `
local function unchanged()
  ${primary}
  return { 0, now, redis.call('HMGET', KEYS[1], ${fields}, 'meta') }
end
`

// A new record, but for its times. It is part of the script, so that it is not sent with every stream.
const { lapsesAt: _, epoch: __, ...created } = createRecord('', 0, 0)
const createdFields = changingFields(created).map((part) => `'${part}'`)

/**
 * record, text, index · moment, member, meta, how long it may stay pending, revision, epoch, owner and group as JSON or empty →
 * the moment, or 0 if the record exists
 */
export const insertScript = script(`${moment}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('UNLINK', KEYS[2])
local lapses = string.format('%.0f', now + ARGV[4])
redis.call('HSET', KEYS[1], 'meta', ARGV[3], 'createdAt', now, 'lapsesAt', lapses, 'pieces', 0,
  'revision', ARGV[5], 'birth', ARGV[5], 'epoch', ARGV[6], 'listOwner', ARGV[7], 'listGroup', ARGV[8], ${createdFields.join(', ')})
redis.call('ZADD', KEYS[3], now, ARGV[2])
return now
`)

/** list · moment when it was created, member */
export const enlistScript = script(`redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])`)

/** list · moment when it was created, member. A later stream with the same id stays in the list. */
export const delistScript = script(`
if redis.call('ZSCORE', KEYS[1], ARGV[2]) == ARGV[1] then redis.call('ZREM', KEYS[1], ARGV[2]) end
`)

/** list · latest moment, how many to skip, count → members and scores, the latest first */
export const listScript = script(`${primary}
return redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
`)

/** record · moment → the moment, its fields and the meta */
export const loadScript = script(`${primary}${moment}
return { now, redis.call('HMGET', KEYS[1], ${fields}, 'meta') }
`)

/** records · moment → the moment, then the fields of each */
export const loadAllScript = script(`${primary}${moment}
local reply = { now }
for i, key in ipairs(KEYS) do
  reply[i + 1] = redis.call('HMGET', key, ${fields})
end
return reply
`)

/**
 * record, text, index, expiring · moment, member, the revision that was read, endedAt or empty, expireMs or empty, 1 if the
 * text must be whole or empty, the number of fields and values, those, then starts and rows → 1, -2 if the text is not whole,
 * or what `unchanged` returns if the revision differs
 */
export const replaceScript = script(`${moment}${addRows}${isWhole}${end}${unchanged}
local seen = redis.call('HMGET', KEYS[1], 'revision', 'pieces')
if seen[1] ~= ARGV[3] then return unchanged() end
local last = 7 + ARGV[7]
if (ARGV[6] ~= '' or last < #ARGV) and not is_whole(seen[2]) then return -2 end
local pieces = (seen[2] or 0) + add_rows(last + 1)
redis.call('HSET', KEYS[1], 'pieces', pieces, unpack(ARGV, 8, last))
if ARGV[4] ~= '' then end_at(ARGV[4], ARGV[2], ARGV[5]) end
return 1
`)

/**
 * record, text, index, expiring · moment, member, the expected status, how long after the moment it lapses or empty, the same
 * for its end, expireMs or empty, what is added to the epoch, then fields and values → 1, the moment, the fields of the record
 * and the meta, or what `unchanged` returns if the status differs
 */
export const changeScript = script(`${moment}${end}${unchanged}
local seen = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if seen[1] ~= ARGV[3] then return unchanged() end
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', seen[2] + ARGV[7]), unpack(ARGV, 8))
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'lapsesAt', string.format('%.0f', now + ARGV[4])) end
if ARGV[5] ~= '' then
  local ended = string.format('%.0f', now + ARGV[5])
  redis.call('HSET', KEYS[1], 'endedAt', ended)
  end_at(ended, ARGV[2], ARGV[6])
end
return { 1, now, redis.call('HMGET', KEYS[1], ${fields}, 'meta') }
`)

/**
 * record, text, index, expiring · moment, member, epoch, owner or empty, offset or empty, the length of the rows, status or
 * empty, error, finish reason, expireMs or empty, revision, 1 if the text must be whole or empty, then starts and rows → 1, the
 * new length and stopRequested, -1 if the epoch has another owner, -2 if the text is not whole, or what `unchanged` returns if
 * the stream is not as expected
 */
export const writeScript = script(`${moment}${addRows}${isWhole}${end}${unchanged}
local seen = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'length', 'stopRequested', 'owner', 'leaseMs', 'pieces')
if seen[2] == ARGV[3] and ARGV[4] ~= '' and seen[5] ~= ARGV[4] then return -1 end
if seen[1] ~= 'streaming' or seen[2] ~= ARGV[3] then return unchanged() end
if ARGV[5] ~= '' and seen[3] ~= ARGV[5] then return unchanged() end
if (ARGV[12] ~= '' or #ARGV > 12) and not is_whole(seen[7]) then return -2 end
local pieces = (seen[7] or 0) + add_rows(13)
local length = string.format('%.0f', seen[3] + ARGV[6])
local set = { 'length', length, 'revision', ARGV[11], 'pieces', pieces }
if ARGV[7] == '' then
  redis.call('HSET', KEYS[1], 'lapsesAt', string.format('%.0f', now + 2 * seen[6]), unpack(set))
else
  redis.call('HSET', KEYS[1], 'status', ARGV[7], 'error', ARGV[8], 'finishReason', ARGV[9], 'endedAt', now, unpack(set))
  end_at(now, ARGV[2], ARGV[10])
end
return { 1, length, seen[4] }
`)

/**
 * record, text, index, expiring · unused, member, revision (empty: only without a record; *: any) → 0, or when it was created, its
 * owner and group
 */
export const removeScript = script(`
local revision = redis.call('HGET', KEYS[1], 'revision') or ''
if ARGV[3] ~= '*' and revision ~= ARGV[3] then return 0 end
local lists = redis.call('HMGET', KEYS[1], 'createdAt', 'listOwner', 'listGroup')
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
if revision == '' then return 0 end
return lists
`)

/** record, text · moment, from, the position of the last unit → moment, fields, ids and rows */
export const readScript = script(`${primary}${moment}
local record = redis.call('HMGET', KEYS[1], ${fields})
if not record[1] then return false end
local rows = {}
if tonumber(ARGV[2]) < tonumber(record[4]) and tonumber(ARGV[2]) <= tonumber(ARGV[3]) then
  local first = redis.call('XREVRANGE', KEYS[2], ARGV[2] .. '-1', '-', 'COUNT', 1)
  if #first > 0 then
    for _, entry in ipairs(redis.call('XRANGE', KEYS[2], first[1][1], ARGV[3] .. '-1')) do
      rows[#rows + 1] = entry[1]
      rows[#rows + 1] = entry[2][2]
    end
  end
end
return { now, record, rows }
`)

/** index · moment, age, offset, count → the time that long ago, then members and scores up to it */
export const pageScript = script(`${moment}
local oldest = string.format('%.0f', now - ARGV[2])
return { oldest, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', oldest, 'WITHSCORES', 'LIMIT', ARGV[3], ARGV[4]) }
`)

function script(source: string): RedisScript {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}
