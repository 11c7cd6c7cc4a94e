/** Where streams are stored. */
export type StoreAddress =
  /** A file next to the conversations. */
  { readonly type: 'sqlite' } | { readonly type: 'postgres' | 'redis'; readonly url: string }

const types = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'redis:': 'redis',
  'rediss:': 'redis',
} as const

/** Reads STORE. The error for an invalid address does not repeat it, because it may contain a password. */
export function readStoreAddress(text: string | undefined): StoreAddress {
  const url = text?.trim()
  if (url === undefined || url === '') return { type: 'sqlite' }
  const type = URL.canParse(url) ? types[new URL(url).protocol as keyof typeof types] : undefined
  if (type !== undefined) return { type, url }
  throw new Error(
    'The playground cannot use STORE: it is no URL of Postgres or Redis. Set it to one such as ' +
      'postgres://user:password@localhost:5432/database or redis://localhost:6379, or leave it out for a SQLite file.',
  )
}

/** Describes the address without its secrets. */
export function describeStore(address: StoreAddress): string {
  if (address.type === 'sqlite') return 'a SQLite file'
  return `${address.type === 'postgres' ? 'Postgres' : 'Redis'} at ${new URL(address.url).host}`
}
