/**
 * Into how many groups the streams of a data set fall. All keys of a group, its index among them, have the same hash tag, so
 * that a cluster keeps them on one server and one script may touch them. Never changed: streams would not be found again.
 */
export const buckets = 256

export interface StreamKeys {
  readonly bucket: number
  /** A hash: the record and the meta. */
  readonly record: string
  /** A stream: one entry a piece, whose id is the piece's start. */
  readonly text: string
  /** What stands for the id in the index of its bucket. */
  readonly member: string
}

export interface BucketKeys {
  /** A sorted set: members by when their stream ended, or was created if it has not. */
  readonly index: string
  /** A sorted set: the members whose keys expire by themselves, by when they do. */
  readonly expiring: string
}

export function streamKeys(prefix: string, id: string): StreamKeys {
  const bucket = bucketOf(id)
  const member = encodeId(id)
  return {
    bucket,
    member,
    record: `${prefix}:{${bucket}}:record:${member}`,
    text: `${prefix}:{${bucket}}:text:${member}`,
  }
}

export function bucketKeys(prefix: string, bucket: number): BucketKeys {
  return { index: `${prefix}:{${bucket}}:index`, expiring: `${prefix}:{${bucket}}:expiring` }
}

/** One channel for all streams; in a cluster it belongs to one slot, as a key does. */
export function notificationChannel(prefix: string): string {
  return `${prefix}:{hints}`
}

/** Ids that differ stay different as UTF-8, also by half a surrogate pair, which only JSON has an escape for. */
function encodeId(id: string): string {
  return encodeURIComponent(JSON.stringify(id).slice(1, -1))
}

export function decodeId(member: string): string {
  return JSON.parse(`"${decodeURIComponent(member)}"`) as string
}

/** FNV-1a over the code units. */
function bucketOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  // The low bits of FNV-1a depend on the low bits of the text alone.
  return (hash ^ (hash >>> 16)) & (buckets - 1)
}
