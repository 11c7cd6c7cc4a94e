import { join } from 'node:path'
import type { StreamStore } from '@keepstream/server'
import { describeStore, type StoreAddress } from './store-address'

/** Opens the store at an address and reads it once, so that a missing store is reported at the start. */
export async function openStore(address: StoreAddress, dataDir: string): Promise<StreamStore> {
  const store = await storeAt(address, dataDir)
  try {
    await store.heads(['check-at-start'])
    return store
  } catch (error) {
    await store.dispose()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The playground cannot keep streams in ${describeStore(address)}: ${reason} ` +
        'Start that server, set STORE to another, or leave it out for a SQLite file.',
      { cause: error },
    )
  }
}

/** Each store has its own import, so that a SQLite file needs no database client. */
async function storeAt(address: StoreAddress, dataDir: string): Promise<StreamStore> {
  switch (address.type) {
    case 'sqlite': {
      const { sqliteStore } = await import('@keepstream/server/sqlite')
      return sqliteStore({ path: join(dataDir, 'streams.db') })
    }
    case 'postgres': {
      const { postgresStore } = await import('@keepstream/server/postgres')
      return postgresStore({ url: address.url })
    }
    case 'redis': {
      const { redisStore } = await import('@keepstream/server/redis')
      return redisStore({ url: address.url })
    }
  }
}
