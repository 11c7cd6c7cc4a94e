export interface KnownMeta {
  /** Identifies the stream among those that had the same id. */
  readonly birth: string
  /** JSON. */
  readonly meta: string
}

export interface MetaCache {
  get(id: string): KnownMeta | undefined
  set(id: string, known: KnownMeta): void
}

/** The total of all entries, in code units. */
const maxLength = 1_048_576

/** The meta of a stream never changes and may be a whole chat. Reading it with every slice would cost more than the text. */
export function createMetaCache(): MetaCache {
  const entries = new Map<string, KnownMeta>()
  let length = 0

  function forget(id: string): void {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    length -= sizeOf(id, entry)
  }

  return {
    get(id) {
      const entry = entries.get(id)
      if (entry === undefined) return undefined
      // The last entry in the map is the one that was used last.
      entries.delete(id)
      entries.set(id, entry)
      return entry
    },
    set(id, known) {
      forget(id)
      entries.set(id, known)
      length += sizeOf(id, known)
      for (const oldest of entries.keys()) {
        if (length <= maxLength) break
        forget(oldest)
      }
    },
  }
}

function sizeOf(id: string, { birth, meta }: KnownMeta): number {
  return id.length + birth.length + meta.length
}
