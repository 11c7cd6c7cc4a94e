import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Where the Redis server's program is: `REDIS_SERVER_PATH` if that is set, else the first that is found on the PATH.
 *
 * @returns {string | undefined}
 */
export function findRedis() {
  const reported = process.env['REDIS_SERVER_PATH']
  if (reported) return existsSync(reported) ? reported : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin']
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}
