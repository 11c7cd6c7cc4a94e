import { statSync } from 'node:fs'

/**
 * Which file a path leads to at this moment, as the disk numbers it; `undefined` where there is none, or where the disk has
 * no numbers (some network and Windows file systems answer 0 for every file).
 */
export function fileIdentity(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && stat.ino !== 0n ? `${stat.dev}:${stat.ino}` : undefined
}
