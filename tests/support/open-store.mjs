import { sqliteStore } from '@keepstream/server/sqlite'

/**
 * The store at an address: `postgres://…`, `redis://…`, or the path of a SQLite file.
 *
 * @param {string} address
 * @returns {Promise<import('@keepstream/server').StreamStore>}
 */
export async function openStore(address) {
  return sqliteStore({ path: address })
}
