import { postgresStore } from '@keepstream/server/postgres'
import { redisStore } from '@keepstream/server/redis'
import { sqliteStore } from '@keepstream/server/sqlite'

/**
 * Opens the store at an address: `postgres://…`, `redis://…`, or the path of a SQLite file.
 *
 * @param {string} address
 * @returns {import('@keepstream/server').StreamStore}
 */
export function openStore(address) {
  if (address.startsWith('postgres://')) return postgresStore({ url: address })
  if (address.startsWith('redis://')) return redisStore({ url: address })
  return sqliteStore({ path: address })
}
