/**
 * The number of groups of streams. All keys of a group, with its index, have the same hash tag, so that they are on one server
 * of a cluster and one script can use them. Never change it: existing streams would not be found.
 */
export const buckets = 256

export interface StreamKeys {
  readonly bucket: number
  /** A hash: the record and the meta. */
  readonly record: string
  /** A stream: one entry for each row of the text. The id of the entry is the start of the row. */
  readonly text: string
  /** Represents the id in the index of its bucket. */
  readonly member: string
}

export interface BucketKeys {
  /** A sorted set of members. The score is when the stream ended or, before that, when it was created. */
  readonly index: string
  /** A sorted set of the members whose keys expire by themselves. The score is when they do. */
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

export interface ListKey {
  readonly bucket: number
  /** A sorted set of members. The score is when the stream was created. */
  readonly list: string
}

/** The lists that a stream of this owner and group is in. They are on other servers of a cluster than its record. */
export function listKeys(
  prefix: string,
  { owner, group }: { owner?: string | undefined; group?: string | undefined },
): ListKey[] {
  const keyOf = (kind: string, name: string) => {
    const tag = `${kind}:${encodeId(name)}`
    return { bucket: bucketOf(tag), list: `${prefix}:{${tag}}:list` }
  }
  return [
    ...(owner === undefined ? [] : [keyOf('owner', owner)]),
    ...(group === undefined ? [] : [keyOf('group', group)]),
  ]
}

/** One channel for all streams. In a cluster it belongs to one slot, like a key. */
export function notificationChannel(prefix: string): string {
  return `${prefix}:{hints}`
}

/** Different ids stay different as UTF-8, even with half of a surrogate pair: JSON escapes it. */
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
